// The list of sentences: which match what was chosen, and how each is shown.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const [ANCHOR, TEXT, DOCUMENT, NUMBER, HOLDER, CUE, FRAMES, PROBA, STANCES, ROWS, LINK] = Array(11).keys();
const PAGE = 25;

function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

function matches(item, chosen) {
  if (chosen.frame === "none" && item[FRAMES].length) return false;
  if (chosen.frame !== "" && chosen.frame !== "none" && !item[FRAMES].includes(Number(chosen.frame))) return false;
  for (const [axis, row] of chosen.rows) if (item[ROWS][axis] !== row) return false;
  for (const [target, side] of chosen.sides) if (data.classes[item[STANCES][target]] !== side) return false;
  return chosen.words.every((word) => (item[TEXT] + " " + item[HOLDER]).toLowerCase().includes(word));
}

function found(chosen) {
  const items = data.items.filter((item) => matches(item, chosen));
  const frame = Number(chosen.frame);
  if (chosen.frame !== "" && chosen.frame !== "none") items.sort((a, b) => b[PROBA][frame] - a[PROBA][frame]);
  return items;
}

function shownItem(item) {
  const text = element("p", "", item[TEXT]);
  text.dir = "auto";
  const small = element("small", "");
  for (const frame of item[FRAMES]) {
    const tag = element("span", "tag f-" + frame, element("b", "", data.frames[frame].tag));
    tag.append(" " + data.frames[frame].title + " " + (item[PROBA][frame] / 100).toFixed(2));
    small.append(tag, " ");
  }
  small.append(element("bdi", "", item[HOLDER] === data.author ? "the author" : item[HOLDER]));
  if (item[CUE]) small.append(" “" + item[CUE] + "”");
  item[STANCES].forEach((side, target) => {
    if (side >= 0 && data.classes[side] !== data.neutral) {
      small.append(" · " + data.classes[side] + ": ", element("bdi", "", data.targets[target]));
    }
  });
  const place = element(item[ANCHOR] >= 0 ? "a" : "span", "");
  if (item[ANCHOR] >= 0) place.href = "#s" + item[ANCHOR];
  if (data.documents[item[DOCUMENT]]) place.append(element("bdi", "", data.documents[item[DOCUMENT]]), ", ");
  place.append("sentence " + item[NUMBER]);
  small.append(" · ", place);
  if (item[LINK]) {
    const link = element("a", "", "original");
    link.href = item[LINK];
    link.rel = "noreferrer noopener";
    small.append(" · ", link);
  }
  return element("li", "", text, small);
}
