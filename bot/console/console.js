// The copy buttons; without this script they are not shown, and what they copy can be marked by hand.
"use strict";

document.querySelectorAll("button[data-copy]").forEach(function (button) {
  const source = document.getElementById(button.dataset.copy);
  const said = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async function () {
    button.textContent = (await copied(source.value || source.textContent)) ? "已复制" : "没有复制成，请用鼠标选";
    setTimeout(function () { button.textContent = said; }, 2000);
  });
});

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);   // only where the page came over TLS, or from this machine
    return true;
  } catch (error) {
    const area = document.body.appendChild(document.createElement("textarea"));
    area.value = text;
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
