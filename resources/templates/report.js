"use strict";
// Sorting and filtering of tables, pan and zoom of graphs. Reads and moves what is there; makes no markup from text.
(function () {
  const value = (row, column) => {
    const cell = row.cells[column];
    const given = cell.getAttribute("data-v");
    return given === null ? cell.textContent : given === "" ? null : Number(given);
  };
  const compare = (a, b) => {
    if (a === b) return 0;
    if (a === null) return 1;
    if (b === null) return -1;
    return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
  };
  const sort = (heading) => {
    const table = heading.closest("table"), body = table.tBodies[0];
    const up = heading.getAttribute("aria-sort") !== "ascending" && !(heading.className === "n" && !heading.hasAttribute("aria-sort"));
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", up ? "ascending" : "descending");
    const column = heading.cellIndex;
    const rows = Array.from(body.rows, (row) => [value(row, column), row]);
    rows.sort((a, b) => a[0] === null || b[0] === null ? compare(a[0], b[0]) : up ? compare(a[0], b[0]) : compare(b[0], a[0]));
    body.append(...rows.map((pair) => pair[1]));
  };
  for (const heading of document.querySelectorAll("th[data-sort]")) {
    heading.tabIndex = 0;
    heading.addEventListener("click", () => sort(heading));
    heading.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sort(heading); }
    });
  }
  for (const box of document.querySelectorAll(".t")) {
    const body = box.querySelector("tbody");
    if (body.rows.length < 16) continue;
    const field = document.createElement("input");
    field.type = "search";
    field.placeholder = "Filter " + body.rows.length + " rows";
    field.setAttribute("aria-label", field.placeholder);
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of body.rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
    });
    box.before(field);
  }
  // Nodes of graphs and rows of tables that stand for the same operators name them alike.
  const linked = new Map(), places = new Map();
  for (const item of document.querySelectorAll("[data-op]")) {
    for (const name of item.getAttribute("data-op").split(" ")) {
      if (!linked.has(name)) linked.set(name, new Set());
      linked.get(name).add(item);
    }
  }
  let chosen = [];
  const isRow = (item) => item.tagName.toLowerCase() === "tr";
  const choose = (from) => {
    for (const item of chosen) item.classList.remove("on");
    // Also the counterparts on the other side, which only the rows know.
    const names = new Set(from.getAttribute("data-op").split(" "));
    if (!isRow(from)) {
      for (const name of Array.from(names)) {
        for (const item of linked.get(name)) if (isRow(item)) item.getAttribute("data-op").split(" ").forEach((other) => names.add(other));
      }
    }
    chosen = Array.from(new Set(Array.from(names).flatMap((name) => Array.from(linked.get(name) || []))));
    for (const item of chosen) item.classList.add("on");
    const rows = chosen.filter(isRow), first = new Set();
    for (const item of chosen) {
      const svg = item.ownerSVGElement;
      if (!svg || item === from || first.has(svg) || !places.has(svg)) continue;
      first.add(svg);
      places.get(svg)(item);
    }
    for (const row of rows) {
      const box = row.closest(".t");
      if (row !== from && !row.hidden) box.scrollTop = row.offsetTop - box.clientHeight / 2;
    }
    for (const button of document.querySelectorAll("button.row")) button.hidden = rows.length === 0;
    return first;
  };
  const toRow = () => {
    const row = chosen.find((item) => isRow(item) && !item.hidden);
    if (row) row.scrollIntoView({ block: "center", behavior: "smooth" });
  };
  for (const row of document.querySelectorAll("tr[data-op]")) {
    row.addEventListener("click", () => {
      if (String(getSelection())) return;
      const shown = Array.from(choose(row));
      if (shown.length) shown[0].parentNode.scrollIntoView({ block: "center", behavior: "smooth" });
    });
  }
  for (const frame of document.querySelectorAll(".zoom")) {
    const svg = frame.querySelector("svg"), whole = svg.viewBox.baseVal;
    const all = { x: whole.x, y: whole.y, w: whole.width, h: whole.height };
    let view = Object.assign({}, all);
    // Drawn once for each frame, and the place of the drawing is remembered: asking for it would lay out all shapes.
    let box = null, isDue = false;
    const forget = () => { box = null; };
    addEventListener("scroll", forget, { capture: true, passive: true });
    addEventListener("resize", forget);
    const show = () => {
      if (isDue) return;
      isDue = true;
      requestAnimationFrame(() => {
        isDue = false;
        svg.setAttribute("viewBox", [view.x, view.y, view.w, view.h].join(" "));
      });
    };
    const place = (event) => {
      box = box || svg.getBoundingClientRect();
      const scale = Math.min(box.width / view.w, box.height / view.h);
      return {
        x: view.x + view.w / 2 + (event.clientX - box.left - box.width / 2) / scale,
        y: view.y + view.h / 2 + (event.clientY - box.top - box.height / 2) / scale,
      };
    };
    const zoom = (factor, at) => {
      const limit = Math.min(Math.max(view.w * factor, 120), all.w * 4 + 400) / view.w;
      view = { x: at.x - (at.x - view.x) * limit, y: at.y - (at.y - view.y) * limit, w: view.w * limit, h: view.h * limit };
      show();
    };
    const middle = () => ({ x: view.x + view.w / 2, y: view.y + view.h / 2 });
    const fit = () => { view = Object.assign({}, all); show(); };
    const begin = () => {
      // Wide enough to read: a long graph starts at its top.
      const size = svg.getBoundingClientRect(), height = size.height / Math.max(size.width, 1);
      const width = Math.max(Math.min(all.w, size.width), 0.85 * size.width, 400), first = svg.querySelector("rect").getBBox();
      view = { x: first.x + first.width / 2 - width / 2, y: all.y, w: width, h: width * height };
      if (all.w <= width && all.h <= width * height) fit();
      show();
    };
    svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300))), place(event));
    }, { passive: false });
    // Shows a node in the middle, large enough to read.
    places.set(svg, (node) => {
      const at = node.getBBox(), size = svg.getBoundingClientRect(), width = Math.min(view.w, Math.max(size.width, 400));
      view = { x: 0, y: 0, w: width, h: width * size.height / Math.max(size.width, 1) };
      view.x = at.x + at.width / 2 - view.w / 2; view.y = at.y + at.height / 2 - view.h / 2;
      show();
    });
    let grip = null, pressed = null;
    svg.addEventListener("pointerdown", (event) => {
      grip = place(event);
      pressed = event.target.closest("[data-op]") && { node: event.target.closest("[data-op]"), x: event.clientX, y: event.clientY };
      svg.setPointerCapture(event.pointerId);
    });
    svg.addEventListener("pointerup", (event) => {
      grip = null;
      if (pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < 4) choose(pressed.node);
      pressed = null;
    });
    svg.addEventListener("pointermove", (event) => {
      if (grip === null) return;
      const now = place(event);
      view.x += grip.x - now.x; view.y += grip.y - now.y;
      show();
    });
    svg.addEventListener("dblclick", (event) => zoom(0.5, place(event)));
    const tools = document.createElement("div");
    for (const [text, tip, act] of [["+", "Zoom in", () => zoom(0.7, middle())], ["\u2212", "Zoom out", () => zoom(1.4, middle())],
                                    ["Fit", "Show the whole graph", fit], ["Read", "Readable from the top", begin]]) {
      const button = document.createElement("button");
      button.type = "button"; button.textContent = text; button.title = tip;
      button.addEventListener("click", act);
      tools.append(button);
    }
    if (svg.querySelector("[data-op]")) {
      const button = document.createElement("button");
      button.type = "button"; button.className = "row"; button.hidden = true;
      button.textContent = "Row"; button.title = "Show the row of the chosen operator";
      button.addEventListener("click", toRow);
      tools.append(button);
    }
    frame.append(tools);
    begin();
  }
})();
