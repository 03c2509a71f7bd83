// What is chosen, by a cell or by the filters, and what follows from it.
const form = document.getElementById("filter");
if (form) {
  const list = document.getElementById("list");
  const more = document.getElementById("more");
  const status = document.getElementById("status");
  const hint = status.textContent;
  let items = [];

  for (const select of form.querySelectorAll("[data-of=target]")) {
    for (const name of data.classes) select.append(new Option(name, name));
  }

  function chosen() {
    const result = { frame: form.querySelector("[data-of=frame]").value, rows: [], sides: [], words: [] };
    for (const select of form.querySelectorAll("[data-of=axis]")) {
      if (select.value !== "") result.rows.push([Number(select.dataset.axis), Number(select.value)]);
    }
    for (const select of form.querySelectorAll("[data-of=target]")) {
      if (select.value !== "") result.sides.push([Number(select.dataset.target), select.value]);
    }
    result.words = form.querySelector("[data-of=words]").value.toLowerCase().split(/\s+/).filter(Boolean);
    result.any = result.frame !== "" || result.rows.length + result.sides.length + result.words.length > 0;
    return result;
  }

  function showMore() {
    const from = list.children.length;
    list.append(...items.slice(from, from + PAGE).map(shownItem));
    more.hidden = list.children.length >= items.length;
    return list.children[from];
  }

  function update(inAll) {
    const now = chosen();
    items = now.any ? found(now) : [];
    list.replaceChildren();
    document.getElementById("save").hidden = !items.length;
    showMore();
    const held = data.items.length < data.total ? " among the " + data.items.length.toLocaleString("en") + " in this file" : "";
    const all = inAll > items.length ? ", of " + inAll.toLocaleString("en") + " in all" : "";
    const noun = items.length === 1 ? " sentence" : " sentences";
    status.textContent = now.any ? items.length.toLocaleString("en") + noun + held + all + "." : hint;
    const on = new Set(items.map((item) => item[ANCHOR]));
    for (const line of document.querySelectorAll(".article > li")) {
      const is = on.has(Number(line.id.slice(1)));
      line.classList.toggle("on", now.any && is);
      line.classList.toggle("off", now.any && !is);
    }
  }

  function choose(cell) {
    form.reset();
    const axis = form.querySelector('[data-of=axis][data-axis="' + cell.axis + '"]');
    if (axis) axis.value = cell.row;
    if (cell.frame !== undefined) form.querySelector("[data-of=frame]").value = cell.frame;
    if (cell.target !== undefined) form.querySelector('[data-of=target][data-target="' + cell.target + '"]').value = cell.class;
    update(Number(cell.count));
    document.getElementById("list-title").focus();
  }

  document.getElementById("matrix").addEventListener("click", (event) => {
    const cell = event.target.closest("button[data-row]");
    if (cell) choose(cell.dataset);
  });
  form.addEventListener("input", () => update(0));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => update(0)));
  document.getElementById("save").addEventListener("click", () => save(items));
  more.addEventListener("click", () => {
    const first = showMore();
    first.tabIndex = -1;
    first.focus();
  });
}
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const part of closed) part.open = true;
});
addEventListener("afterprint", () => {
  for (const part of closed) part.open = false;
});
