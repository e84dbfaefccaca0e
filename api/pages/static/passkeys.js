"use strict";
// Asks the browser's authenticator and sends its answer in an ordinary form. Nothing else happens by script.
(() => {
  const form = document.querySelector("form[data-passkey]");
  const trouble = document.getElementById("trouble");
  const options = JSON.parse(form.dataset.options);

  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const named = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const create = () =>
    navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: named(options.excludeCredentials),
      },
    });
  const get = () =>
    navigator.credentials.get({
      publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) },
    });

  const written = (key) => {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (key.response[part]) response[part] = text(key.response[part]);
    }
    return JSON.stringify({ id: key.id, rawId: text(key.rawId), type: key.type, response });
  };

  const ask = async () => {
    trouble.hidden = true;
    try {
      form.elements.answer.value = written(await (form.dataset.passkey === "create" ? create() : get()));
    } catch {
      trouble.hidden = false;
      return;
    }
    form.submit();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  if (form.dataset.passkey === "get") ask();
})();
