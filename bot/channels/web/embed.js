// Puts the assistant into a page of an agency's site:  <script src="https://…/chat/embed.js" async></script>
// A button opens the chat page in a frame of its own origin; nothing on either page can read the other. The site must be
// named in EMBEDDED_BY. Styles live in a shadow tree, so that neither page's styles meet.
"use strict";

(function () {
  const home = new URL(document.currentScript.src).origin;
  const NAME = "门诊慢特病助手";
  const STYLE =
    ":host{all:initial}" +
    "*{box-sizing:border-box;font-family:'PingFang SC','HarmonyOS Sans SC','Noto Sans CJK SC','Microsoft YaHei',sans-serif}" +
    "button{min-height:56px;padding:8px 20px;border:2px solid #fff;border-radius:28px;background:#0b5345;color:#fff;font-size:20px;" +
    "line-height:1.3;cursor:pointer}" +
    "button:focus-visible{outline:3px solid #e07b00;outline-offset:2px}" +
    ".open{position:fixed;right:16px;bottom:16px;z-index:2147483646;box-shadow:0 2px 10px #0006}" +
    ".panel{position:fixed;right:16px;bottom:16px;z-index:2147483647;display:flex;flex-direction:column;width:420px;" +
    "height:min(720px,calc(100vh - 32px));overflow:hidden;border:2px solid #0b5345;border-radius:12px;background:#0b5345;" +
    "box-shadow:0 4px 24px #0007}" +
    ".panel[hidden],.open[hidden]{display:none}" +
    ".panel button{align-self:flex-end;min-height:48px;border:0;border-radius:0;padding:4px 16px}" +
    "iframe{flex:1;width:100%;border:0;background:#eef2f0}" +
    "@media (max-width:480px){.panel{inset:0;width:auto;height:auto;border:0;border-radius:0}}";

  function start() {
    const host = document.body.appendChild(document.createElement("div"));
    const tree = host.attachShadow({ mode: "open" });
    dress(tree);
    const open = tree.appendChild(make("button", { className: "open", textContent: NAME }));
    open.setAttribute("aria-expanded", "false");
    const panel = tree.appendChild(make("div", { className: "panel", hidden: true }));
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", NAME);
    const close = panel.appendChild(make("button", { textContent: "收起" }));
    let frame = null;

    function show(on) {
      if (on && !frame) frame = panel.appendChild(make("iframe", { src: home + "/", title: NAME }));
      panel.hidden = !on;
      open.hidden = on;
      open.setAttribute("aria-expanded", String(on));
      (on ? frame : open).focus();
    }
    open.addEventListener("click", function () { show(true); });
    close.addEventListener("click", function () { show(false); });
    panel.addEventListener("keydown", function (event) { if (event.key === "Escape") show(false); });
  }

  function dress(tree) {
    try {                                 // a sheet made here is no inline style, which the site may forbid
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      tree.adoptedStyleSheets = [sheet];
    } catch (error) {
      tree.appendChild(make("style", { textContent: STYLE }));
    }
  }

  function make(tag, properties) {
    const element = Object.assign(document.createElement(tag), properties);
    if (tag === "button") element.type = "button";
    return element;
  }

  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
