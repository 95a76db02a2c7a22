/**
 * The markdown block: headings, lists, quotes, rules, fenced code and the usual
 * marks within a line. Enough to see an answer; not all of CommonMark.
 */

import { element, link } from "./nodes.js";

const INLINE = new RegExp(
  [
    "\\\\(?<escaped>[!-/:-@[-`{-~])",
    "`(?<code>[^`]+)`",
    "\\[(?<label>[^\\]]+)\\]\\((?<address>[^()\\s]+)\\)",
    "<(?<auto>https?:\\/\\/[^<>\\s]+)>",
    "\\*\\*(?=\\S)(?<bold>.+?)(?<=\\S)\\*\\*",
    "~~(?=\\S)(?<strike>.+?)(?<=\\S)~~",
    "(?<![\\p{L}\\p{N}*_])(?<mark>[*_])(?=\\S)(?<italic>.+?)(?<=\\S)\\k<mark>(?![\\p{L}\\p{N}*_])",
  ].join("|"),
  "gu",
);
const FENCE = /^\s*```/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^\s*([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^\s*> ?/;
const ITEM = /^(\s*)(?:([-*+])|(\d+)[.)])\s+/;

/** Return standard Markdown as block elements; *top* is the level of its first heading. */
export function drawMarkdown(text, top) {
  const rows = text.split("\n");
  const drawn = [];
  let level = top - 1;
  while (rows.length) {
    const row = rows[0];
    const heading = row.match(HEADING);
    if (!row.trim()) {
      rows.shift();
    } else if (FENCE.test(row)) {
      drawn.push(fenced(rows));
    } else if (heading) {
      rows.shift();
      // Levels never jump, so that the outline of the page stays whole.
      level = Math.max(top, Math.min(heading[1].length + top - 1, level + 1, 6));
      drawn.push(element(`h${level}`, {}, inline(heading[2])));
    } else if (RULE.test(row)) {
      rows.shift();
      drawn.push(element("hr"));
    } else if (QUOTE.test(row)) {
      const quoted = taken(rows, QUOTE).map((line) => line.replace(QUOTE, ""));
      drawn.push(element("blockquote", {}, drawMarkdown(quoted.join("\n"), top)));
    } else if (ITEM.test(row)) {
      drawn.push(list(rows));
    } else {
      drawn.push(paragraph(rows));
    }
  }
  return drawn;
}

function taken(rows, pattern) {
  const found = [];
  while (rows.length && pattern.test(rows[0])) found.push(rows.shift());
  return found;
}

function fenced(rows) {
  rows.shift();
  const code = [];
  while (rows.length && !FENCE.test(rows[0])) code.push(rows.shift());
  rows.shift();
  return element("pre", {}, element("code", {}, code.join("\n")));
}

function list(rows) {
  const ordered = rows[0].match(ITEM)[3];
  const items = taken(rows, ITEM).map((row) => {
    const deep = row.match(ITEM)[1].length >= 2;
    return element("li", { class: deep && "deep" }, inline(row.replace(ITEM, "")));
  });
  return element(ordered ? "ol" : "ul", { start: ordered > 1 && ordered }, items);
}

function paragraph(rows) {
  const words = [rows.shift()];
  const stops = [FENCE, HEADING, RULE, QUOTE, ITEM];
  while (rows.length && rows[0].trim() && !stops.some((stop) => stop.test(rows[0]))) {
    words.push(rows.shift());
  }
  const pieces = words.flatMap((line, index) => (index ? [element("br"), inline(line)] : [inline(line)]));
  return element("p", {}, pieces);
}

function inline(text) {
  const drawn = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    drawn.push(text.slice(at, match.index), inlineElement(match.groups));
    at = match.index + match[0].length;
  }
  return [...drawn, text.slice(at)];
}

function inlineElement({ escaped, code, label, address, auto, bold, strike, italic }) {
  if (escaped) return escaped;
  if (code) return element("code", {}, code);
  if (label) return link(address, inline(label));
  if (auto) return link(auto, auto);
  if (bold) return element("strong", {}, inline(bold));
  if (strike) return element("s", {}, inline(strike));
  return element("em", {}, inline(italic));
}
