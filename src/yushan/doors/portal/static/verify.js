// Checks a receipt in this browser, against the published tiles. Without it the form is sent instead.
(function () {
  "use strict";
  var form = document.getElementById("verify");
  if (!form || !window.crypto || !crypto.subtle) { return; }
  var RECORD = "yushan/record/1", LEDGER = "yushan/ledger/1";
  var CONSENT = "yushan/consent/1"; // the consent office's own log: not published here
  var PLACES = {}; PLACES[RECORD] = "/record/tiles"; PLACES[LEDGER] = "/record/ledger";
  var utf8 = new TextEncoder();

  function bytes(text) { return Uint8Array.from(atob(text), function (one) { return one.charCodeAt(0); }); }
  function hex(text) { return Uint8Array.from(text.match(/../g) || [], function (one) { return parseInt(one, 16); }); }
  function joined() {
    var parts = Array.from(arguments), size = parts.reduce(function (sum, one) { return sum + one.length; }, 0);
    var whole = new Uint8Array(size), at = 0;
    parts.forEach(function (one) { whole.set(one, at); at += one.length; });
    return whole;
  }
  function same(a, b) { return a.length === b.length && a.every(function (one, at) { return one === b[at]; }); }
  async function sha256(data) { return new Uint8Array(await crypto.subtle.digest("SHA-256", data)); }
  function leafHash(body) { return sha256(joined(Uint8Array.of(0), utf8.encode(body))); }
  function nodeHash(left, right) { return sha256(joined(Uint8Array.of(1), left, right)); }

  // RFC 9162: numbers stay below 2^53, so halves instead of shifts.
  function half(value) { return Math.floor(value / 2); }
  async function included(leaf, index, size, proof, root) {
    if (!(index >= 0 && index < size)) { return false; }
    var place = index, last = size - 1, found = leaf;
    for (var other of proof) {
      if (last === 0) { return false; }
      if (place % 2 === 1 || place === last) {
        found = await nodeHash(other, found);
        while (place % 2 === 0 && place > 0) { place = half(place); last = half(last); }
      } else { found = await nodeHash(found, other); }
      place = half(place); last = half(last);
    }
    return last === 0 && same(found, root);
  }
  async function consistent(old, size, proof, oldRoot, root) {
    if (old === size) { return proof.length === 0 && same(oldRoot, root); }
    if (!(old > 0 && old < size) || !proof.length) { return false; }
    var power = Number.isInteger(Math.log2(old));
    var rest = power ? [oldRoot].concat(proof) : proof.slice(), place = old - 1, last = size - 1;
    while (place % 2 === 1) { place = half(place); last = half(last); }
    var first = rest.shift(), second = first;
    for (var other of rest) {
      if (last === 0) { return false; }
      if (place % 2 === 1 || place === last) {
        first = await nodeHash(other, first); second = await nodeHash(other, second);
        while (place % 2 === 0 && place > 0) { place = half(place); last = half(last); }
      } else { second = await nodeHash(second, other); }
      place = half(place); last = half(last);
    }
    return last === 0 && same(first, oldRoot) && same(second, root);
  }

  // Tiles (C2SP tlog-tiles) as the tree's nodes.
  function pathOf(level, index, width) {
    var text = String(index % 1000).padStart(3, "0");
    for (index = Math.floor(index / 1000); index > 0; index = Math.floor(index / 1000)) {
      text = "x" + String(index % 1000).padStart(3, "0") + "/" + text;
    }
    return "/tile/" + level + "/" + text + (width === 256 ? "" : ".p/" + width);
  }
  function treeOf(prefix, size) {
    var kept = {};
    async function tile(level, index) {
      var count = Math.floor(size / Math.pow(256, level)), width = Math.min(256, count - index * 256);
      var path = prefix + pathOf(level, index, width);
      if (!kept[path]) {
        var answer = await fetch(path);
        if (!answer.ok) { throw new Error("no tile"); }
        kept[path] = new Uint8Array(await answer.arrayBuffer());
      }
      return kept[path];
    }
    return async function node(level, index) {
      var high = Math.floor(level / 8), wide = Math.pow(2, level % 8), first = index * wide;
      var data = await tile(high, Math.floor(first / 256)), at = first % 256, row = [];
      for (var n = at; n < at + wide; n += 1) { row.push(data.slice(32 * n, 32 * n + 32)); }
      while (row.length > 1) {
        var next = [];
        for (var two = 0; two < row.length; two += 2) { next.push(await nodeHash(row[two], row[two + 1])); }
        row = next;
      }
      return row[0];
    };
  }
  function cut(size) { var power = 1; while (power * 2 < size) { power *= 2; } return power; }
  async function rangeRoot(start, end, node) {
    var size = end - start, level = Math.log2(size);
    if (Number.isInteger(level)) { return node(level, start / size); }
    var middle = start + cut(size);
    return nodeHash(await rangeRoot(start, middle, node), await rangeRoot(middle, end, node));
  }
  async function proofOf(index, size, node) {
    var start = 0, end = size, path = [];
    while (end - start > 1) {
      var middle = start + cut(end - start);
      if (index < middle) { path.push(await rangeRoot(middle, end, node)); end = middle; }
      else { path.push(await rangeRoot(start, middle, node)); start = middle; }
    }
    return path.reverse();
  }
  async function consistencyOf(old, size, node) {
    var start = 0, end = size, path = [], whole = true;
    if (!(old > 0 && old < size)) { return []; }
    while (end !== old) {
      var middle = start + cut(end - start);
      if (old <= middle) { path.push(await rangeRoot(middle, end, node)); end = middle; }
      else { path.push(await rangeRoot(start, middle, node)); start = middle; whole = false; }
    }
    if (!whole) { path.push(await rangeRoot(start, end, node)); }
    return path.reverse();
  }

  // Signed notes.
  function readHead(note) {
    var lines = note.split("\n"), size = Number(lines[1]);
    if (lines.length < 6 || lines[3] !== "" || String(size) !== lines[1]) { throw new Error("no head"); }
    return { origin: lines[0], size: size, root: bytes(lines[2]), text: note.split("\n\n")[0] + "\n",
      lines: note.split("\n\n")[1].split("\n").filter(Boolean) };
  }
  function readKey(line) {
    var parts = line.trim().split("+"), said = bytes(parts.slice(2).join("+"));
    return { name: parts[0], id: hex(parts[1]), kind: said[0], public: said.slice(1), line: line.trim() };
  }
  async function ed25519(key, data, signature) {
    var made = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return crypto.subtle.verify({ name: "Ed25519" }, made, signature, data);
  }
  async function signedBy(head, key) {
    for (var line of head.lines) {
      var words = line.split(" ");
      if (words.length !== 3 || words[1] !== key.name) { continue; }
      var said = bytes(words[2]);
      if (!same(said.slice(0, 4), key.id)) { continue; }
      var stamp = key.kind === 4 ? said.slice(4, 12) : new Uint8Array(0);
      var text = head.text;
      if (key.kind === 4) { text = "cosignature/v1\ntime " + new DataView(stamp.buffer).getBigUint64(0) + "\n" + text; }
      if (await ed25519(key.public, utf8.encode(text), said.slice(4 + stamp.length))) { return true; }
    }
    return false;
  }
  async function keyOf(receipt) {
    // The key of this page, or one that it leads to by changes that both keys signed.
    var whose = receipt.log === CONSENT ? "office" : receipt.log === RECORD ? "public" : "restricted";
    var known = readKey(form.dataset[whose]), found = [known.public];
    for (var round = 0; round < (receipt.changes || []).length; round += 1) {
      for (var one of receipt.changes) {
        var text = utf8.encode("yushan/key-change/1\n" + one.old + "\n" + one.new + "\n" + one.time + "\n");
        var pair = [bytes(one.old), bytes(one.new)];
        var knows = pair.map(function (key) { return found.some(function (other) { return same(key, other); }); });
        if (knows[0] === knows[1]) { continue; }
        if (await ed25519(pair[0], text, bytes(one.by_old)) && await ed25519(pair[1], text, bytes(one.by_new))) {
          found.push(knows[0] ? pair[1] : pair[0]);
        }
      }
    }
    var made = [];
    for (var key of found) {
      var id = (await sha256(joined(utf8.encode(receipt.log + "\n"), Uint8Array.of(1), key))).slice(0, 4);
      made.push({ name: receipt.log, id: id, kind: 1, public: key });
    }
    return made;
  }
  async function signedByAny(head, keys) {
    for (var key of keys) { if (await signedBy(head, key)) { return true; } }
    return false;
  }
  function canonical(value) {
    if (Array.isArray(value)) { return "[" + value.map(canonical).join(",") + "]"; }
    if (value && typeof value === "object") {
      return "{" + Object.keys(value).sort().map(function (name) {
        return JSON.stringify(name) + ":" + canonical(value[name]);
      }).join(",") + "}";
    }
    return JSON.stringify(value);
  }
  async function fits(opened, stated) {
    var key = await crypto.subtle.importKey("raw", hex(opened.salt), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    var made = new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8.encode(canonical(opened.value))));
    return Boolean(stated) && same(made, hex(stated));
  }
  async function stands(receipt, leaf, head, keys, checks) {
    var prefix = PLACES[receipt.log], answer = await fetch(prefix + "/checkpoint", { cache: "no-store" });
    var now = readHead(await answer.text()), node = treeOf(prefix, now.size);
    if (checks.signed !== undefined && !(await signedByAny(now, keys))) { return false; }
    var inside = await included(leaf, receipt.number, now.size, await proofOf(receipt.number, now.size, node), now.root);
    var goesOn = await consistent(head.size, now.size, await consistencyOf(head.size, now.size, node), head.root, now.root);
    return now.origin === receipt.log && inside && goesOn;
  }
  async function judge(text) {
    var receipt = JSON.parse(text), head = readHead(receipt.head), entry = JSON.parse(receipt.entry);
    if (receipt.format !== "yushan-receipt/1" || !(PLACES[receipt.log] || receipt.log === CONSENT)) { throw new Error("no receipt"); }
    var leaf = await leafHash(receipt.entry), checks = {}, keys = [], cosigned = [];
    checks.included = await included(leaf, receipt.number, head.size, receipt.proof.map(bytes), head.root);
    checks.number = entry.number === receipt.number;
    try {
      keys = await keyOf(receipt);
      checks.signed = head.origin === receipt.log && await signedByAny(head, keys);
      for (var line of receipt.witnesses || []) {
        var key = readKey(line);
        if (key.kind === 4 && await signedBy(head, key)) { cosigned.push(key.name.split("/").pop()); }
      }
    } catch (error) {
      if (error.name !== "NotSupportedError") { throw error; }
      checks.unsigned = true;
    }
    if ((receipt.opened || []).length) {
      checks.opened = true;
      for (var one of receipt.opened) {
        checks.opened = checks.opened && await fits(one, (entry.commitments || {})[one.name]);
      }
    }
    if (PLACES[receipt.log]) { checks.today = await stands(receipt, leaf, head, keys, checks); }
    return { entry: entry, checks: checks, cosigned: cosigned };
  }

  function part(name) { return form.parentNode.querySelector("[" + name + "]"); }
  function show(found) {
    var good = Object.keys(found.checks).every(function (name) { return found.checks[name]; });
    form.parentNode.querySelectorAll("[data-check]").forEach(function (row) {
      var state = found.checks[row.dataset.check];
      row.hidden = state === undefined;
      row.querySelectorAll("[data-good]").forEach(function (one) { one.hidden = state !== true; });
      row.querySelectorAll("[data-bad]").forEach(function (one) { one.hidden = state !== false; });
    });
    part("data-holds").hidden = !good || Boolean(found.checks.unsigned); part("data-fails").hidden = good;
    part("data-kind").textContent = found.entry.kind; part("data-time").textContent = found.entry.time;
    part("data-number").textContent = found.entry.number;
    part("data-cosigned").textContent = found.cosigned.join(", ") || "–";
    part("data-result").hidden = false; part("data-bad-file").hidden = true;
  }
  part("data-pick").hidden = false; part("data-here").hidden = false; part("data-there").hidden = true;
  document.getElementById("file").addEventListener("change", function (event) {
    var file = event.target.files[0];
    if (file) { file.text().then(function (text) { form.elements.receipt.value = text; }); }
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    document.getElementById("wrong").hidden = true;
    judge(form.elements.receipt.value).then(show, function () {
      part("data-bad-file").hidden = false; part("data-result").hidden = true;
    }).then(function () { document.getElementById("result").focus(); });
  });
})();
