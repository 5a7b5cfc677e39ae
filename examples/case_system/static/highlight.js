// Marks the evidence of an answer in the fields of the page. JavaScript strings count UTF-16 units.
"use strict";

function spansOf(answer, field) {
  const evidence = answer.flags.flatMap((flag) => flag.evidence.map((item) => ({ ...item, name: flag.name })));
  return evidence.filter((item) => item.field === field);
}

// Evidence may overlap, so the text is cut at every edge and nothing is nested.
function piecesOf(text, spans) {
  const edges = [...new Set([0, text.length, ...spans.flatMap((span) => [span.start_utf16, span.end_utf16])])];
  edges.sort((a, b) => a - b);
  return edges.slice(1).map((end, index) => {
    const start = edges[index];
    const names = spans.filter((span) => span.start_utf16 <= start && end <= span.end_utf16).map((span) => span.name);
    return { text: text.slice(start, end), names };
  });
}

function mark(element, spans) {
  const pieces = piecesOf(element.textContent, spans).map(({ text, names }) => {
    if (names.length === 0) return document.createTextNode(text);
    const marked = document.createElement("mark");
    marked.textContent = text;
    marked.title = [...new Set(names)].join("; ");
    return marked;
  });
  element.replaceChildren(...pieces);
}

if (typeof document !== "undefined") {
  const answer = JSON.parse(document.getElementById("answer").textContent);
  if (answer !== null) {
    for (const element of document.querySelectorAll("[data-field]")) mark(element, spansOf(answer, element.dataset.field));
  }
}
if (typeof module !== "undefined") module.exports = { spansOf, piecesOf };
