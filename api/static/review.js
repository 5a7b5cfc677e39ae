// Improves the note page: words can be selected, single keys decide, and the summary of a problem is read out.
"use strict";

const note = document.querySelector("[data-note]");
let words = null;

/** The code points of the note before a place in it; labels are not part of the note. */
function offsetOf(node, offset) {
  const range = document.createRange();
  range.setStart(note, 0);
  range.setEnd(node, offset);
  const part = range.cloneContents();
  part.querySelectorAll("[data-label]").forEach((label) => label.remove());
  return Array.from(part.textContent).length;
}

function fillSelection() {
  const selection = document.getSelection();
  if (!note || !selection.rangeCount || selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  if (!note.contains(range.startContainer) || !note.contains(range.endContainer)) return;
  const field = words && words.checkVisibility() ? words : openWords();
  if (!field) return;
  const characters = Array.from(noteText());
  let start = offsetOf(range.startContainer, range.startOffset);
  let end = offsetOf(range.endContainer, range.endOffset);
  while (start < end && /\s/.test(characters[start])) start += 1;
  while (end > start && /\s/.test(characters[end - 1])) end -= 1;
  if (start === end) return;
  const form = field.form;
  const prefix = field.name.slice(0, -"words".length);
  field.value = characters.slice(start, end).join("");
  form.elements[prefix + "start"].value = start;
  form.elements[prefix + "end"].value = end;
}

function noteText() {
  const copy = note.cloneNode(true);
  copy.querySelectorAll("[data-label]").forEach((label) => label.remove());
  return copy.textContent;
}

/** The first empty words field that is shown, or that of the form for additions, which is opened. */
function openWords() {
  const shown = Array.from(document.querySelectorAll("[data-words]")).filter((field) => field.checkVisibility());
  const empty = shown.find((field) => !field.value);
  if (empty) return empty;
  const add = document.getElementById("add");
  if (!add) return null;
  add.open = true;
  return add.querySelector("[data-words]");
}

function forgetPlace(field) {
  const prefix = field.name.slice(0, -"words".length);
  field.form.elements[prefix + "start"].value = "";
  field.form.elements[prefix + "end"].value = "";
}

function flagInView() {
  const flags = Array.from(document.querySelectorAll("[data-flag]"));
  return flags.find((flag) => flag.contains(document.activeElement)) || null;
}

function step(by) {
  const flags = Array.from(document.querySelectorAll("[data-flag]"));
  const at = flags.indexOf(flagInView());
  const next = flags[at < 0 ? 0 : at + by];
  if (next) next.focus();
}

function choose(verdict) {
  const flag = flagInView() || document.querySelector("[data-flag]:has([name=verdict])");
  const radio = flag && flag.querySelector(`[name="verdict"][value="${verdict}"]`);
  if (radio) {
    radio.checked = true;
    radio.focus();
  }
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  a: () => choose("agree"),
  d: () => choose("disagree"),
  u: () => choose("unsure"),
  m: () => {
    const add = document.getElementById("add");
    if (add) {
      add.open = true;
      add.querySelector("select").focus();
    }
  },
};

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-words]")) words = event.target;
});
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-words]")) forgetPlace(event.target);
});
if (note) document.addEventListener("mouseup", fillSelection);

if ("shortcuts" in document.body.dataset) {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });
}

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

const summary = document.querySelector(".summary");
if (summary) summary.focus();
