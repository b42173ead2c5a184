"""Prints the licences of everything installed in the environment that runs it, as a Markdown table.

.venv/bin/python scripts/licences.py; engine/.venv/bin/python scripts/licences.py
"""

from importlib.metadata import Distribution, distributions


def licence(distribution: Distribution) -> str:
    """What the package's own metadata says: the expression, else the classifier, else the free text's first line."""
    metadata = distribution.metadata
    if expression := metadata.get("License-Expression"):
        return expression
    classifiers = [c for c in metadata.get_all("Classifier") or [] if c.startswith("License ::")]
    if classifiers:
        return ", ".join(c.rsplit(" :: ", 1)[-1] for c in classifiers)
    text = (metadata.get("License") or "").strip()
    return text.splitlines()[0][:60] if text else "not stated in its metadata"


if __name__ == "__main__":
    print("| package | version | licence |\n|---|---|---|")
    found = {d.metadata["Name"]: d for d in distributions()}
    for name in sorted(found, key=str.lower):
        print(f"| {name} | {found[name].version} | {licence(found[name])} |")
