/** The rich_text block: what Slack makes of a text that a person typed. */

import { element, link } from "./nodes.js";
import { mention } from "./mrkdwn.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

/** Return the elements of a rich_text block. */
export function drawRichText(block, names) {
  return block.elements.map((part) => drawPart(part, names));
}

function drawPart(part, names) {
  const pieces = () => part.elements.map((piece) => drawPiece(piece, names));
  switch (part.type) {
    case "rich_text_list": {
      const kind = part.style === "ordered" ? "ol" : "ul";
      const items = part.elements.map((item) => {
        const words = item.elements.map((piece) => drawPiece(piece, names));
        return element("li", { class: part.indent > 0 && "deep" }, words);
      });
      return element(kind, { start: part.offset ? part.offset + 1 : null }, items);
    }
    case "rich_text_quote":
      return element("blockquote", {}, element("p", { class: "literal" }, pieces()));
    case "rich_text_preformatted":
      return element("pre", {}, element("code", {}, pieces()));
    default:
      return element("p", { class: "literal" }, pieces());
  }
}

function drawPiece(piece, names) {
  const drawn = drawWords(piece, names);
  const styles = Object.keys(STYLES).filter((style) => piece.style?.[style]);
  return styles.reduce((inner, style) => element(STYLES[style], {}, inner), drawn);
}

function drawWords(piece, names) {
  switch (piece.type) {
    case "text":
      return piece.text;
    case "link":
      return link(piece.url, piece.text || piece.url);
    case "user":
      return mention(`@${names.person(piece.user_id)}`);
    case "channel":
      return mention(`#${names.channel(piece.channel_id)}`);
    case "broadcast":
      return mention(`@${piece.range}`);
    case "usergroup":
      return mention("@group");
    case "emoji":
      return `:${piece.name}:`;
    case "date":
      return piece.fallback ?? "";
    default:
      return piece.text ?? "";
  }
}
