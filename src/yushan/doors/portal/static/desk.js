// The quarantine desk with mouse and single keys. Everything here can be done without it.
(function () {
  "use strict";
  var typing = /^(INPUT|TEXTAREA|SELECT)$/;
  function goes(target) {
    return typing.test(target.tagName) && !/^(checkbox|radio)$/.test(target.type);
  }
  function focusOn(found) { if (found) { found.focus(); found.scrollIntoView({ block: "nearest" }); } }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || goes(event.target)) { return; }
    var key = event.key.toLowerCase();
    if (key === "?") {
      var list = document.getElementById("keys");
      list.open = !list.open;
      focusOn(list.querySelector("summary"));
    } else if (key === "b") {
      focusOn(document.querySelector("[data-toggles]"));
    } else if (key === "d") {
      focusOn(document.querySelector("#decide .btn.primary"));
    } else {
      var found = document.querySelector('[data-key="' + CSS.escape(key) + '"]');
      if (!found) { return; }
      if (found.tagName === "A") { found.click(); } else { found.checked = true; focusOn(found); }
    }
    event.preventDefault();
  });
  document.addEventListener("change", function (event) {
    var number = event.target.dataset && event.target.dataset.toggles;
    var shown = number && document.querySelector('[data-box="' + number + '"]');
    if (shown) { shown.classList.toggle("on", event.target.checked); }
  });
  var layer = document.getElementById("layer"), added = document.getElementById("added");
  if (!layer || !added) { return; }
  var svg = layer.querySelector("svg"), start = null, drawn = null;
  function place(event) {
    var box = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
    var x = (event.clientX - box.left) * view.width / box.width;
    var y = (event.clientY - box.top) * view.height / box.height;
    return { x: Math.min(Math.max(Math.round(x), 0), view.width),
             y: Math.min(Math.max(Math.round(y), 0), view.height) };
  }
  svg.addEventListener("pointerdown", function (event) {
    if (event.button !== 0 || event.pointerType === "touch") { return; }
    start = place(event);
    var group = document.createElementNS(svg.namespaceURI, "g");
    group.setAttribute("class", "region on");
    drawn = group.appendChild(document.createElementNS(svg.namespaceURI, "rect"));
    svg.appendChild(group);
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  svg.addEventListener("pointermove", function (event) {
    if (!start) { return; }
    var end = place(event);
    drawn.setAttribute("x", Math.min(start.x, end.x));
    drawn.setAttribute("y", Math.min(start.y, end.y));
    drawn.setAttribute("width", Math.abs(end.x - start.x));
    drawn.setAttribute("height", Math.abs(end.y - start.y));
  });
  svg.addEventListener("pointerup", function () {
    if (!start) { return; }
    start = null;
    var box = ["x", "y", "width", "height"].map(function (name) {
      return Math.round(Number(drawn.getAttribute(name)));
    });
    if (box[2] > 2 && box[3] > 2) {
      added.value = (added.value.trim() + "\n" + box.join(", ")).trim();
    } else {
      drawn.parentNode.remove();
    }
  });
})();
