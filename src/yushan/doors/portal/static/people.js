// Passkeys, copying, and the warning before a session ends. Everything else works without script.
(function () {
  "use strict";
  if (window.peopleScript) { return; }
  window.peopleScript = true;
  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (one) { return one.charCodeAt(0); });
  }
  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function readable(options) {
    options.challenge = bytes(options.challenge);
    if (options.user) { options.user.id = bytes(options.user.id); }
    (options.excludeCredentials || []).concat(options.allowCredentials || []).forEach(
      function (one) { one.id = bytes(one.id); });
    return options;
  }
  function answerOf(made) {
    var said = made.response, parts = { clientDataJSON: text(said.clientDataJSON) };
    if (said.attestationObject) { parts.attestationObject = text(said.attestationObject); }
    if (said.authenticatorData) { parts.authenticatorData = text(said.authenticatorData); }
    if (said.signature) { parts.signature = text(said.signature); }
    if (said.userHandle) { parts.userHandle = text(said.userHandle); }
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response: parts,
      clientExtensionResults: {} });
  }
  function begin(form) {
    var body = new URLSearchParams({ csrf: form.elements.csrf.value });
    return fetch(form.dataset.begin, { method: "POST", body: body, headers: { accept: "application/json" } })
      .then(function (answer) { if (!answer.ok) { throw new Error("refused"); } return answer.json(); });
  }
  function ask(form) {
    return begin(form).then(function (told) {
      form.elements.step.value = told.step;
      var options = { publicKey: readable(told.options.publicKey) };
      return navigator.credentials[form.dataset.passkey](options);
    }).then(function (made) {
      form.elements.answer.value = answerOf(made);
      form.submit();
    });
  }
  if (window.PublicKeyCredential) {
    document.querySelectorAll("form[data-passkey]").forEach(function (form) {
      form.hidden = false;
      form.addEventListener("submit", function (event) {
        event.preventDefault();
        ask(form).catch(function () { form.querySelector("[data-failed]").hidden = false; });
      });
    });
  }
  if (navigator.clipboard) {
    document.querySelectorAll("button[data-copy]").forEach(function (button) {
      var source = document.getElementById(button.dataset.copy);
      var told = document.querySelector('[data-copied="' + button.dataset.copy + '"]');
      button.hidden = false;
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(source.value || source.textContent)
          .then(function () { told.hidden = false; });
      });
    });
  }
  var warning = document.getElementById("session-ends");
  if (warning) {
    var left = 1000 * Number(warning.dataset.seconds), at = Date.now() + left;
    var look = function () {
      var rest = at - Date.now();
      warning.hidden = rest > 120000 || rest <= 0;
      if (rest > 0) { setTimeout(look, Math.max(1000, Math.min(rest - 120000, 60000))); }
    };
    warning.querySelector("form").addEventListener("submit", function (event) {
      event.preventDefault();
      fetch(event.target.action, { method: "POST", redirect: "manual",
        body: new URLSearchParams({ csrf: event.target.elements.csrf.value }) })
        .then(function () { at = Date.now() + left; look(); });
    });
    look();
  }
})();
