/**
 * Slack's own markup, mrkdwn, as elements: *bold*, _italic_, ~strike~, `code`,
 * ```blocks```, quotes, bullets, <links|…> and <@mentions>.
 */

import { element, link, wordsIn } from "./nodes.js";

// The inside of a style may hold whole tags and code, and never ends within one.
const INSIDE = "((?:<[^<>\\n]*>|`[^`\\n]+`|[^\\n<`])+?)";
const INLINE = new RegExp(
  [
    "`(?<code>[^`\\n]+)`",
    "<(?<tag>[^<>\\n]+)>",
    "(?<url>https?:\\/\\/[^\\s<>|`*]*[^\\s<>|`*_~.,;:!?)\\]'\"’”])",
    `(?<![\\p{L}\\p{N}])(?<mark>[*_~])(?=\\S)(?<styled>${INSIDE})(?<=\\S)\\k<mark>(?![\\p{L}\\p{N}])`,
  ].join("|"),
  "gu",
);
const STYLES = { "*": "strong", _: "em", "~": "s" };
const QUOTE = /^(?:&gt;|>) ?/;
const BULLET = /^(\s*)[•◦▪]\s+/;

/** Return *text* with Slack's three entities decoded. */
export function decoded(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

/** Return mrkdwn as block elements. */
export function drawMrkdwn(text, names) {
  const parts = text.split(/```\n?([\s\S]*?)\n?```/);
  return parts.flatMap((part, index) =>
    index % 2 ? [element("pre", {}, element("code", {}, codeText(part)))] : lines(part, names),
  );
}

/** Return the words of mrkdwn without its marks: what is read aloud. */
export function spoken(text, names) {
  const drawn = element("div", {}, drawMrkdwn(text, names));
  return wordsIn(drawn).trim();
}

function lines(text, names) {
  const drawn = [];
  let open = null;
  const into = (kind, start) => {
    if (open?.kind !== kind) {
      open = { kind, node: start() };
      drawn.push(open.node);
    }
    return open.node;
  };
  for (const line of text.split("\n")) {
    if (QUOTE.test(line)) {
      const quote = into("quote", () => element("blockquote"));
      quote.append(element("p", {}, inline(line.replace(QUOTE, ""), names)));
    } else if (BULLET.test(line)) {
      const deep = line.match(BULLET)[1].length >= 2;
      const item = element("li", { class: deep && "deep" }, inline(line.replace(BULLET, ""), names));
      into("list", () => element("ul")).append(item);
    } else if (line.trim()) {
      const paragraph = into("text", () => element("p"));
      if (paragraph.hasChildNodes()) paragraph.append(element("br"));
      paragraph.append(...inline(line, names));
    } else {
      open = null;
    }
  }
  return drawn;
}

/** Return one line of mrkdwn as text nodes and inline elements. */
export function inline(text, names) {
  const drawn = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    drawn.push(decoded(text.slice(at, match.index)), inlineElement(match.groups, names));
    at = match.index + match[0].length;
  }
  drawn.push(decoded(text.slice(at)));
  return drawn.filter((piece) => piece !== "");
}

function inlineElement({ code, tag, url, mark, styled }, names) {
  if (code) return element("code", {}, codeText(code));
  if (tag) return drawTag(tag, names);
  if (url) return link(decoded(url), decoded(url));
  return element(STYLES[mark], {}, inline(styled, names));
}

function drawTag(tag, names) {
  const [address, ...rest] = tag.split("|");
  const label = decoded(rest.join("|"));
  const target = address.slice(1);
  if (address.startsWith("@")) return mention(`@${label || names.person(target)}`);
  if (address.startsWith("#")) return mention(`#${label || names.channel(target)}`);
  if (address.startsWith("!date^")) return element("span", {}, label);
  if (address.startsWith("!subteam^")) return mention(label || "@group");
  if (address.startsWith("!")) return mention(`@${target}`);
  return link(decoded(address), label || decoded(address));
}

/** Return a mention: it stands out and does nothing. */
export function mention(label) {
  return element("span", { class: "mention" }, label);
}

function codeText(text) {
  return decoded(text.replace(/<([^<>|\n]+)(?:\|([^<>\n]*))?>/g, (_, address, label) => label || address));
}
