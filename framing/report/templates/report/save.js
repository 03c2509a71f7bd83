// The sentences that are listed as a table for other programs.
function csvCell(value) {
  const text = String(value);
  // A spreadsheet would take these for a formula.
  return '"' + (/^[=+\-@\t\r]/.test(text) ? "'" : "") + text.replaceAll('"', '""') + '"';
}

function csvOf(items) {
  const head = ["text", "document", "sentence", "who", "cue", "frames"];
  for (const frame of data.frames) head.push("proba " + frame.title);
  for (const target of data.targets) head.push("stance toward " + target);
  for (const axis of data.axes) head.push(axis.by);
  const rows = items.map((item) => [
    item[TEXT],
    data.documents[item[DOCUMENT]],
    item[NUMBER],
    item[HOLDER],
    item[CUE],
    item[FRAMES].map((frame) => data.frames[frame].title).join("; "),
    ...item[PROBA].map((proba) => (proba / 100).toFixed(2)),
    ...item[STANCES].map((side) => (side < 0 ? "" : data.classes[side])),
    ...item[ROWS].map((row, axis) => data.axes[axis].names[row]),
  ]);
  return [head, ...rows].map((row) => row.map(csvCell).join(",")).join("\n") + "\n";
}

function save(items) {
  const link = element("a", "");
  link.href = URL.createObjectURL(new Blob(["\ufeff" + csvOf(items)], { type: "text/csv" }));
  link.download = "sentences.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
