// The chat page. Everything on it comes from GET and POST /chat/messages: the server keeps the conversation,
// the page shows every line once, by its id. Written for old browsers too: no build step, no library.
"use strict";

(function () {
  const POLL_SECONDS = 5;
  const IDLE_POLL_SECONDS = 30;
  const IDLE_AFTER_SECONDS = 180;
  const SEND_SECONDS = 60;
  const READ_SECONDS = 10;
  const RETRY_SECONDS = [2, 4, 8, 15, 30];
  const WHO = { you: "您", assistant: "助手", staff: "工作人员" };

  const log = document.getElementById("log");
  const words = document.getElementById("words");
  const status = document.getElementById("status");

  const shown = new Set();     // ids of lines on the page
  const waiting = new Map();   // message_id -> the bubble of a message that is on its way
  let lastId = 0;
  let lastDay = "";
  let lastActive = Date.now();
  let ready = false;           // the history is shown; what is written before comes after it

  // --- what is written, until it has arrived: survives a reload, is gone when the tab is closed -------------

  const ofThisTab = storage("sessionStorage");
  const ofThisBrowser = storage("localStorage");
  let outbox = JSON.parse(ofThisTab.getItem("outbox") || "[]");

  function keepOutbox() {
    ofThisTab.setItem("outbox", JSON.stringify(outbox));
  }

  // A browser that lets a frame keep nothing: the page works, and remembers nothing of its own.
  function storage(name) {
    try {
      return window[name];
    } catch (error) {
      return { getItem: function () { return null; }, setItem: function () {} };
    }
  }

  function newMessageId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (b) { return b.toString(16).padStart(2, "0"); }).join("");
  }

  function say(message, title) {
    const item = { id: newMessageId(), message: message, title: title || message };
    outbox.push(item);
    keepOutbox();
    if (ready) showWaiting(item);
    document.getElementById("common").open = false;
    log.scrollTop = log.scrollHeight;
    deliver();
  }

  // --- sending: one at a time, the same message_id until it is answered ---------------------------------------

  let sending = false;
  let failures = 0;
  let retryTimer = 0;

  async function deliver() {
    if (!ready || sending || !outbox.length) return;
    clearTimeout(retryTimer);
    sending = true;
    lastActive = Date.now();
    tell("正在查，请稍等……");
    showTyping();
    const item = outbox[0];
    let outcome;
    try {
      outcome = await post(item);
    } catch (error) {
      outcome = { retry: nextPause(), sentence: "网络不通。连上后会自动再发，您不用重写。" };
    }
    sending = false;
    typing.remove();
    if (outcome.lines) {
      failures = 0;
      tell("");
      showAll(outcome.lines);
      settle(item.id);
      outbox.shift();
    } else if (outcome.retry) {
      mark(item.id, "还没有送到，稍后自动再发");
      tell(outcome.sentence, true);
      retryTimer = setTimeout(deliver, outcome.retry * 1000);
    } else {
      outbox.shift();
      takeBack(item);
      tell(outcome.sentence, true);
    }
    keepOutbox();
    if (outcome.lines || !outcome.retry) deliver();
  }

  async function post(item) {
    const response = await fetchInTime(SEND_SECONDS, "/chat/messages", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ message: item.message, message_id: item.id, after: lastId }),
    });
    if (response.ok) return { lines: await response.json() };
    const sentence = await sentenceOf(response);
    if (response.status === 429) {
      return { retry: Number(response.headers.get("Retry-After")) || 5, sentence: sentence };
    }
    if (response.status >= 500) return { retry: nextPause(), sentence: sentence };
    return { sentence: sentence };
  }

  // Three dots where the answer will be; the line below says the same in words.
  const typing = make("div", "typing");
  typing.setAttribute("aria-hidden", "true");
  for (let dot = 0; dot < 3; dot += 1) typing.appendChild(make("span"));

  function showTyping() {
    log.appendChild(typing);
    log.scrollTop = log.scrollHeight;
  }

  function fetchInTime(seconds, url, options) {
    const stop = new AbortController();
    const timer = setTimeout(function () { stop.abort(); }, seconds * 1000);
    return fetch(url, Object.assign({ credentials: "same-origin", signal: stop.signal }, options))
      .finally(function () { clearTimeout(timer); });
  }

  async function sentenceOf(response) {
    try {
      return (await response.json()).error;
    } catch (error) {
      return "助手暂时回答不了，过一会儿会自动再发。急事请打 12393。";
    }
  }

  function nextPause() {
    failures += 1;
    return RETRY_SECONDS[Math.min(failures, RETRY_SECONDS.length) - 1];
  }

  function takeBack(item) {
    const bubble = waiting.get(item.id);
    waiting.delete(item.id);
    if (bubble) bubble.remove();
    if (!words.value && !item.message.startsWith("/")) words.value = item.message;
  }

  function tell(sentence, trouble) {
    status.textContent = sentence;
    status.classList.toggle("trouble", Boolean(trouble));
  }

  // --- reading: the history after a reload, then what is pushed (reminders, the clerk's answers) ---------------

  async function read() {
    const response = await fetchInTime(READ_SECONDS, "/chat/messages?after=" + lastId, {});
    if (response.status === 400) offerOwnWindow();
    if (!response.ok) throw new Error(response.status);
    return response.json();
  }

  // In a frame whose browser keeps no cookie of ours there is no chat; in a window of its own there is.
  function offerOwnWindow() {
    if (window.top === window.self || document.getElementById("own-window")) return;
    const link = make("a", "own-window", "这个网页里存不住对话，请点这里，在新窗口里打开助手");
    link.id = "own-window";
    link.href = "/";
    link.target = "_blank";
    document.querySelector("#welcome .bubble").appendChild(link);
  }

  async function poll() {
    if (!document.hidden && !sending) {
      try {
        showAll(await read());
      } catch (error) { /* the next poll, or the next message, tries again */ }
    }
    const idle = Date.now() - lastActive > IDLE_AFTER_SECONDS * 1000;
    setTimeout(poll, (idle ? IDLE_POLL_SECONDS : POLL_SECONDS) * 1000);
  }

  async function start() {
    log.setAttribute("aria-live", "off");   // the history is there to read, not to be announced
    try {
      showAll(await read());
    } catch (error) {
      tell("网络不通，暂时看不到以前的对话。", true);
    }
    if (!shown.size && !outbox.length) offerCommonQuestions();
    ready = true;
    outbox.forEach(showWaiting);
    log.scrollTop = log.scrollHeight;
    log.setAttribute("aria-busy", "false");
    log.setAttribute("aria-live", "polite");
    deliver();
    setTimeout(poll, POLL_SECONDS * 1000);
  }

  // --- showing lines ---------------------------------------------------------------------------------------

  function showAll(lines) {
    const fresh = lines.filter(function (line) { return !shown.has(line.id); });
    let firstAnswer = null;
    fresh.forEach(function (line) {
      shown.add(line.id);
      lastId = Math.max(lastId, line.id);
      if (outbox.some(function (item) { return item.id === line.message_id; })) {
        showDay(line.at, waiting.get(line.message_id));   // its bubble is there already, or comes last
        return;
      }
      if (line.from === "you") retireChoices();
      showDay(line.at);
      const element = lineElement(line);
      log.appendChild(element);
      if (line.from !== "you" && !firstAnswer) firstAnswer = element;
    });
    if (firstAnswer) {
      lastActive = Date.now();
      firstAnswer.scrollIntoView({ block: "start" });   // a long answer is read from its beginning
    }
  }

  function showWaiting(item) {
    retireChoices();
    const element = lineElement({ from: "you", text: item.title, buttons: [], custom: null });
    waiting.set(item.id, element);
    log.appendChild(element);
  }

  function settle(messageId) {
    mark(messageId, "");
    waiting.delete(messageId);
  }

  function mark(messageId, text) {
    const element = waiting.get(messageId);
    if (!element) return;
    let state = element.querySelector(".state");
    if (!state) state = element.appendChild(make("p", "state"));
    state.textContent = text;
    if (!text) state.remove();
  }

  function retireChoices() {
    log.querySelectorAll(".choices, .chips").forEach(function (choices) { choices.remove(); });
  }

  function offerCommonQuestions() {
    const chips = document.querySelector("#common .chips").cloneNode(true);
    document.querySelector("#welcome .bubble").appendChild(chips);
  }

  function showDay(at, before) {
    const day = at.slice(0, 10);
    if (day === lastDay) return;
    lastDay = day;
    const parts = day.split("-").map(Number);
    const words = parts[0] + "年" + parts[1] + "月" + parts[2] + "日";
    log.insertBefore(make("p", "day", words), before || null);
  }

  function lineElement(line) {
    const element = make("section", "line " + line.from);
    element.appendChild(make("p", "who", WHO[line.from]));
    const bubble = element.appendChild(make("div", "bubble"));
    bubble.appendChild(make("p", "text", withoutTokens(line.text)));
    const card = line.custom || {};
    if (card.card === "estimate") append(bubble, costPicture(card));
    append(bubble, choices(line.buttons));
    append(bubble, stepsFold(card));
    append(bubble, eventsFold(card));
    append(bubble, sourcesFold(card));
    if (line.from !== "you") append(bubble, hearButton(line.text));
    if (line.takes_vote) append(element, voteButtons(line));
    return element;
  }

  // What the server hid for privacy is kept as a token, such as 〔证件A1B2〕: people need not see its number.
  function withoutTokens(text) {
    return text.replace(/〔([^〔〕A-Z0-9]+)[A-Z0-9]+〕/g, "〔$1已隐藏〕");
  }

  function choices(buttons) {
    if (!buttons.length) return null;
    const box = make("div", "choices");
    buttons.forEach(function (button) {
      const element = make("button", "", button.title);
      element.type = "button";
      element.dataset.say = button.payload;
      box.appendChild(element);
    });
    return box;
  }

  function fold(title, list) {
    if (!list.children.length) return null;
    const details = make("details", "fold");
    details.appendChild(make("summary", "", title));
    details.appendChild(list);
    return details;
  }

  function sourcesFold(card) {
    const list = make("ul");
    sourcesOf(card).forEach(function (source) { list.appendChild(make("li", "", source)); });
    return fold("依据", list);
  }

  function sourcesOf(card) {
    const parts = [card].concat(card.rows || [], card.items || [], card.steps || []);
    const sources = new Set();
    parts.forEach(function (part) {
      (part.citations || []).forEach(function (c) { sources.add(c.document + " " + c.article); });
    });
    return Array.from(sources);
  }

  function stepsFold(card) {
    const list = make("ol");
    (card.steps || []).forEach(function (step) {
      const item = list.appendChild(make("li", "", step.label + "：" + step.expression));
      if (step.amount !== null) item.appendChild(make("strong", "", " ＝ " + amountWords(step.amount)));
      const source = (step.citations || []).map(function (c) { return c.document + " " + c.article; }).join("、");
      if (source) item.appendChild(make("small", "", source));
    });
    const folded = fold("怎么算的", list);
    if (!folded) return null;
    (card.warnings || []).forEach(function (warning) {
      folded.appendChild(make("p", "warning", "请注意：" + warning));
    });
    return folded;
  }

  function eventsFold(card) {
    const list = make("ol");
    (card.events || []).forEach(function (event) {
      list.appendChild(make("li", "", event.on + "　" + event.state));
    });
    return fold("办理经过", list);
  }

  function hearButton(text) {
    if (!window.speechSynthesis || !window.SpeechSynthesisUtterance) return null;
    const button = make("button", "hear", "念给我听");
    button.type = "button";
    button.addEventListener("click", function () {
      const speaking = button.textContent === "停下";
      speechSynthesis.cancel();                       // ends what another button began, too
      if (speaking) return;
      const speech = new SpeechSynthesisUtterance(text);
      speech.lang = "zh-CN";
      speech.rate = 0.9;
      speech.onend = speech.onerror = function () { button.textContent = "念给我听"; };
      button.textContent = "停下";
      speechSynthesis.speak(speech);
    });
    return button;
  }

  // Whether an answer helped. A vote is no part of the conversation; pressing the other button changes it.
  function voteButtons(line) {
    const group = make("div", "vote");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "这个回答有用吗");
    const buttons = [voteButton("有用", true), voteButton("没用", false)];
    function show(helpful) {
      buttons.forEach(function (button) {
        button.setAttribute("aria-pressed", String(button.dataset.helpful === String(helpful)));
      });
    }
    buttons.forEach(function (button) {
      group.appendChild(button);
      button.addEventListener("click", async function () {
        const helpful = button.dataset.helpful === "true";
        const trouble = await vote(line.id, helpful);
        if (!trouble) show(helpful);
        tell(trouble || "记下了，谢谢您。", trouble);
      });
    });
    show(line.helpful);
    return group;
  }

  function voteButton(title, helpful) {
    const button = make("button", "", title);
    button.type = "button";
    button.dataset.helpful = helpful;
    return button;
  }

  async function vote(id, helpful) {
    try {
      const response = await fetchInTime(READ_SECONDS, "/chat/feedback", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ id: id, helpful: helpful }),
      });
      return response.ok ? "" : await sentenceOf(response);
    } catch (error) {
      return "网络不通，没有记下。请过一会儿再点。";
    }
  }

  // --- the picture of who pays what: shapes and words say it, colour only helps -------------------------------

  function bounds(amount) {
    if (typeof amount === "string") return { low: Number(amount), high: Number(amount) };
    return { low: Number(amount.low), high: Number(amount.high) };
  }

  function amountWords(amount) {
    if (typeof amount === "string") return yuan(amount) + "元";
    return yuan(amount.low) + "～" + yuan(amount.high) + "元";
  }

  function yuan(text) {
    return text.replace(/\.00$/, "");
  }

  function costPicture(card) {
    if (card.fund_pays === null || card.you_pay === null) return null;
    const fund = bounds(card.fund_pays);
    const you = bounds(card.you_pay);
    const unsettled = Math.max(fund.high - fund.low, 0);
    const total = fund.low + unsettled + you.low;
    if (!(total > 0)) return null;
    const figure = make("figure", "cost");
    figure.setAttribute("role", "group");
    figure.setAttribute("aria-label", "费用由谁付");
    figure.appendChild(bar([["fund", fund.low / total], ["open", unsettled / total], ["you", you.low / total]]));
    const list = figure.appendChild(make("dl"));
    list.appendChild(costRow("fund", "医保支付", amountWords(card.fund_pays)));
    list.appendChild(costRow("you", "您自付", amountWords(card.you_pay)));
    const costKnown = Math.abs(fund.low + you.high - fund.high - you.low) < 0.005;   // else it is known only roughly
    const open = costKnown ? yuan(unsettled.toFixed(2)) + "元" : "";
    if (unsettled > 0) list.appendChild(costRow("open", "还没定的部分", open));
    return figure;
  }

  function costRow(kind, label, amount) {
    const row = make("div");
    const term = row.appendChild(make("dt"));
    term.appendChild(make("span", "key " + kind + "-part"));
    term.appendChild(document.createTextNode(label));
    row.appendChild(make("dd", "", amount));
    return row;
  }

  function bar(parts) {
    const picture = make("div", "bar");
    picture.setAttribute("aria-hidden", "true");
    parts.forEach(function (part) {
      if (part[1] > 0) picture.appendChild(make("span", part[0] + "-part")).style.flexGrow = part[1];
    });
    return picture;
  }

  // --- small things -----------------------------------------------------------------------------------------

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function append(parent, child) {
    if (child) parent.appendChild(child);
  }

  function rememberedSwitch(id) {
    const button = document.getElementById(id);
    function set(on) {
      document.documentElement.classList.toggle(id, on);
      button.setAttribute("aria-pressed", String(on));
    }
    const saved = ofThisBrowser.getItem(id);
    set(saved === null ? id === "contrast" && matchMedia("(prefers-contrast: more)").matches : saved === "on");
    button.addEventListener("click", function () {
      const on = button.getAttribute("aria-pressed") !== "true";
      ofThisBrowser.setItem(id, on ? "on" : "off");
      set(on);
    });
  }

  function fitWords() {
    words.style.height = "auto";
    words.style.height = words.scrollHeight + 4 + "px";
  }

  document.getElementById("composer").addEventListener("submit", function (event) {
    event.preventDefault();
    const text = words.value.trim();
    if (!text) {
      words.focus();
      return;
    }
    words.value = "";
    fitWords();
    say(text);
  });

  words.addEventListener("input", fitWords);
  words.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      document.getElementById("composer").dispatchEvent(new Event("submit", { cancelable: true }));
    }
  });

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-say]");
    if (button) say(button.dataset.say, button.textContent);
  });

  window.addEventListener("online", deliver);
  document.addEventListener("visibilitychange", function () { lastActive = Date.now(); });

  rememberedSwitch("large");
  rememberedSwitch("contrast");
  // What is written or pressed before anybody listens would be lost, or sent by the browser itself.
  document.querySelectorAll(":disabled").forEach(function (control) { control.disabled = false; });
  start();
})();
