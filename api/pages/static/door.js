// Only adds: every page works without this file. What is typed or pasted stays in the memory of this page, nowhere else.
"use strict";

(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // The way out: Shift three times within a second and a half, or the button.
  let left = false;
  let shifts = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") { shifts = []; return; }
    if (event.repeat) return;
    shifts = [...shifts.filter((at) => event.timeStamp - at < 1500), event.timeStamp];
    if (shifts.length >= 3) leave();
  });
  document.addEventListener("click", (event) => {
    if (!(event.target.closest && event.target.closest("#leave"))) return;
    event.preventDefault();
    leave();
  });
  function leave() {
    // Nothing is left for whoever comes back to this page, should the browser keep it whole.
    const way = document.getElementById("leave").href;
    left = true;
    kept.length = 0;
    document.body.replaceChildren();
    document.title = "";
    location.replace(way);
  }
  window.addEventListener("pageshow", (event) => { if (event.persisted && left) location.reload(); });

  // Steps of the form without leaving the page: going back in the browser shows a step as it was, from memory.
  const kept = [];
  let place = (history.state && history.state.place) || 0;
  const now = () => ({ parts: [...document.body.children], root: document.documentElement.cloneNode(false), title: document.title });
  async function go(form, button) {
    const body = new URLSearchParams(new FormData(form));
    if (button && button.name) body.set(button.name, button.value);
    const address = (button && button.getAttribute("formaction")) || form.action;
    const answer = await fetch(address, { method: "POST", body, cache: "no-store", redirect: "error" });
    const read = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!read.querySelector("main")) throw new Error("no page");
    if (left) return;
    form.removeAttribute("aria-busy");
    kept[place] = now();
    place += 1;
    kept.length = place;
    history.pushState({ place }, "", address);
    show({ parts: [...read.body.children], root: read.documentElement, title: read.title });
  }
  // All of a page: in another language, its head and its foot speak that one, too.
  function show({ parts, root, title }) {
    document.documentElement.lang = root.lang;
    document.documentElement.dir = root.dir;
    document.title = title;
    document.body.replaceChildren(...parts);
    const main = document.querySelector("main");
    begin(main);
    (main.querySelector("#faults") || main).focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
  window.addEventListener("popstate", (event) => {
    const wanted = (event.state && event.state.place) || 0;
    if (wanted === place || !kept[wanted]) return;
    kept[place] = now();
    place = wanted;
    show(kept[place]);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-swap]") || form.dataset.plain) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy")) return; // pressed twice: the first is on its way
    form.setAttribute("aria-busy", "true");
    const button = event.submitter;
    go(form, button).catch((error) => {
      if (left) return;
      form.removeAttribute("aria-busy");
      if (error instanceof TypeError) { say(form.querySelector(".deeds"), form.dataset.lost); return; } // no answer
      // No answer that we understand: let the browser do it, and say what is wrong.
      form.dataset.plain = "yes";
      form.requestSubmit(button);
    });
  });
  function say(beside, sentence) {
    const before = beside.previousElementSibling;
    if (before && before.matches("p.wrong[role=alert]")) before.remove();
    const line = document.createElement("p");
    line.className = "wrong";
    line.setAttribute("role", "alert");
    line.textContent = sentence;
    beside.before(line);
  }

  // Files: dropped, pasted, one bar each.
  function files(form) {
    const input = form.querySelector("input[type=file]");
    const list = form.querySelector(".waiting");
    const waiting = [];
    const add = (found) => {
      for (const file of found) {
        waiting.push(file);
        const line = document.createElement("p");
        const name = document.createElement("bdi");
        const out = document.createElement("button");
        name.textContent = file.name;
        out.type = "button";
        out.className = "second small";
        out.textContent = form.dataset.out;
        out.setAttribute("aria-label", `${form.dataset.out}: ${file.name}`);
        out.addEventListener("click", () => {
          waiting.splice(waiting.indexOf(file), 1);
          line.remove();
          input.focus();
        });
        line.append(name, ` (${Math.ceil(file.size / 1024).toLocaleString(document.documentElement.lang)} KiB) `, out);
        list.append(line);
      }
    };
    const drop = form.querySelector(".drop");
    drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      if (!form.getAttribute("aria-busy")) add(event.dataTransfer.files);
    });
    document.addEventListener("paste", (event) => {
      if (!document.contains(form) || form.getAttribute("aria-busy") || (event.target.closest && event.target.closest("input:not([type=file]), textarea"))) return;
      const found = [...(event.clipboardData || { files: [] }).files];
      add(found.map((file, place) => new File([file], `${stamp()}-${place + 1}.${file.type.split("/")[1] || "bin"}`, { type: file.type })));
    });
    form.addEventListener("submit", (event) => {
      if (form.getAttribute("aria-busy")) { event.preventDefault(); return; }
      const chosen = [...input.files, ...waiting];
      if (!chosen.length || !("upload" in new XMLHttpRequest())) return;
      event.preventDefault();
      send(form, chosen, list);
    });
  }
  const stamp = () => new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-");
  function send(form, chosen, list) {
    const body = new FormData();
    for (const field of all("input[type=hidden]", form)) body.append(field.name, field.value);
    for (const file of chosen) body.append("files", file, file.name);
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", form.querySelector("label").textContent);
    list.append(bar);
    form.setAttribute("aria-busy", "true");
    all(".waiting button", form).forEach((one) => { one.disabled = true; });
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
    const again = () => {
      bar.remove();
      form.removeAttribute("aria-busy");
      all(".waiting button", form).forEach((one) => { one.disabled = false; });
      say(list, form.dataset.lost);
    };
    request.addEventListener("load", () => {
      if (left) return;
      const read = new DOMParser().parseFromString(request.responseText, "text/html");
      if (read.querySelector("main")) show({ parts: [...read.body.children], root: read.documentElement, title: read.title });
      else again(); // a proxy answered, not we
    });
    request.addEventListener("error", again);
    request.addEventListener("abort", again);
    request.open("POST", form.action);
    request.send(body);
  }

  function begin(root) {
    if (root.dataset && root.dataset.begun) return;
    if (root.dataset) root.dataset.begun = "yes";
    for (const one of all(".scripted", root)) one.hidden = false;
    for (const form of all("form[data-upload]", root)) files(form);
    const copy = root.querySelector("#copy");
    if (copy && !navigator.clipboard) copy.hidden = true; // only where the connection is safe, or the machine's own
    else if (copy) copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(root.querySelector("#receipt").textContent.trim());
      copy.textContent = copy.dataset.said;
    });
    const print = root.querySelector("#print");
    if (print) print.addEventListener("click", () => window.print());
  }
  begin(document);
})();
