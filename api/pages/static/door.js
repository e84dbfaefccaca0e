// Only adds: every page works without this file. What is typed or pasted stays in the memory of this page, nowhere else.
"use strict";

(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // The way out: Shift three times within a second and a half.
  let shifts = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") { shifts = []; return; }
    if (event.repeat) return;
    shifts = [...shifts.filter((at) => event.timeStamp - at < 1500), event.timeStamp];
    if (shifts.length >= 3) leave();
  });
  function leave() {
    document.body.hidden = true;
    const way = document.getElementById("leave");
    location.replace(way.href);
  }

  // Steps of the form without leaving the page: going back in the browser shows a step as it was, from memory.
  const kept = [];
  let place = 0;
  const now = () => ({ main: document.querySelector("main"), root: document.documentElement.cloneNode(false), title: document.title });
  async function go(form, button) {
    const body = new URLSearchParams(new FormData(form));
    if (button && button.name) body.set(button.name, button.value);
    const address = (button && button.getAttribute("formaction")) || form.action;
    const answer = await fetch(address, { method: "POST", body, cache: "no-store", redirect: "error" });
    const read = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = read.querySelector("main");
    if (!main) throw new Error("no page");
    form.removeAttribute("aria-busy");
    kept[place] = now();
    place += 1;
    kept.length = place;
    history.pushState({ place }, "", address);
    show({ main, root: read.documentElement, title: read.title });
  }
  function show({ main, root, title }) {
    document.documentElement.lang = root.lang;
    document.documentElement.dir = root.dir;
    document.title = title;
    document.querySelector("main").replaceWith(main);
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
    const button = event.submitter;
    form.setAttribute("aria-busy", "true");
    go(form, button).catch(() => {
      // No answer that we understand: let the browser do it, and say what is wrong.
      form.dataset.plain = "yes";
      form.removeAttribute("aria-busy");
      form.requestSubmit(button);
    });
  });

  // Files: dropped, pasted, one bar each.
  function files(form) {
    const input = form.querySelector("input[type=file]");
    const list = form.querySelector(".waiting");
    const waiting = [];
    const add = (found) => {
      for (const file of found) {
        waiting.push(file);
        const line = document.createElement("p");
        line.textContent = `${file.name} (${Math.ceil(file.size / 1024).toLocaleString()} KiB)`;
        list.append(line);
      }
    };
    const drop = form.querySelector(".drop");
    drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      add(event.dataTransfer.files);
    });
    document.addEventListener("paste", (event) => {
      if (!document.contains(form) || (event.target.closest && event.target.closest("input:not([type=file]), textarea"))) return;
      const found = [...(event.clipboardData || { files: [] }).files];
      add(found.map((file, place) => new File([file], `${stamp()}-${place + 1}.${file.type.split("/")[1] || "bin"}`, { type: file.type })));
    });
    form.addEventListener("submit", (event) => {
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
    form.querySelector("button").disabled = true;
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
    request.addEventListener("load", () => {
      const read = new DOMParser().parseFromString(request.responseText, "text/html");
      const main = read.querySelector("main");
      if (main) show({ main, root: read.documentElement, title: read.title });
    });
    const again = () => { bar.remove(); form.querySelector("button").disabled = false; form.dataset.failed = "yes"; list.append(form.dataset.lost); };
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
    if (copy) copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(root.querySelector("#receipt").textContent.trim());
      copy.textContent = copy.dataset.said;
    });
    const print = root.querySelector("#print");
    if (print) print.addEventListener("click", () => window.print());
  }
  begin(document);
})();
