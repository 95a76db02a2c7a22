/** Block Kit as elements. Every block that is not known here says so in words. */

import { drawControl, drawField } from "./controls.js";
import { drawMarkdown } from "./markdown.js";
import { drawMrkdwn, inline } from "./mrkdwn.js";
import { element, freshId, link } from "./nodes.js";
import { drawRichText } from "./rich_text.js";

const DRAWN = {
  actions,
  context,
  context_actions: actions,
  divider: () => element("hr"),
  header: (block) => element("h3", { class: "header" }, block.text.text),
  image: (block) => picture(block),
  input: drawField,
  markdown: (block) => element("div", { class: "prose" }, drawMarkdown(block.text, 3)),
  rich_text: (block, place) => element("div", { class: "prose" }, drawRichText(block, place.names)),
  section,
  table,
};

/**
 * Return *blocks* as elements.
 *
 * *place* is where they stand: `names` for mentions, `act(blockId, control, choice)`
 * for what is pressed, and in a view `fields`, which collects what can be filled in.
 */
export function drawBlocks(blocks, place) {
  return blocks.map((block) => {
    const draw = DRAWN[block.type];
    if (!draw) return element("p", { class: "undrawn" }, `This page cannot draw a “${block.type}” block.`);
    return draw(block, { ...place, blockId: block.block_id });
  });
}

/** Return a text object as elements that can stand in a paragraph's place. */
export function drawText(text, names) {
  if (text.type === "mrkdwn") return drawMrkdwn(text.text, names);
  return [element("p", { class: "literal" }, text.text)];
}

function section(block, place) {
  const prose = element("div", { class: "prose" }, block.text && drawText(block.text, place.names));
  if (block.fields) {
    const fields = block.fields.map((field) => element("div", {}, drawText(field, place.names)));
    prose.append(element("div", { class: "fields" }, fields));
  }
  if (!block.accessory) return prose;
  const beside = block.accessory.type === "image" ? picture(block.accessory) : drawControl(block.accessory, place);
  return element("div", { class: "section" }, prose, element("div", { class: "accessory" }, beside));
}

function context(block, place) {
  const parts = block.elements.map((part) => {
    if (part.type === "image") return picture(part);
    const words = part.type === "mrkdwn" ? contextLines(part.text, place.names) : part.text;
    return element("span", { class: "literal" }, words);
  });
  return element("p", { class: "context" }, parts);
}

function contextLines(text, names) {
  return text.split("\n").flatMap((line, index) => [index > 0 && element("br"), inline(line, names)]);
}

function actions(block, place) {
  const controls = block.elements.map((control) => drawControl(control, place));
  return element("div", { class: "actions" }, controls);
}

function table(block, place) {
  const words = (one) => (one.type === "raw_text" ? one.text : drawRichText(one, place.names));
  const cell = (name) => (one) => element(name, { scope: name === "th" && "col" }, words(one));
  const [head, ...rows] = block.rows;
  return element(
    "div",
    // It may be wider than the page: then it moves sideways by itself, by the arrow keys too.
    { class: "table", tabindex: "0", role: "region", "aria-label": "Table" },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, head.map(cell("th")))),
      element("tbody", {}, rows.map((row) => element("tr", {}, row.map(cell("td"))))),
    ),
  );
}

/**
 * Return an image as its words and its address. Nothing is fetched from
 * elsewhere, so what is seen is what a person who cannot see the picture gets.
 */
function picture(image) {
  const title = image.title?.text;
  const words = [element("strong", {}, "Image: "), image.alt_text || "without a description"];
  const address = image.image_url && link(image.image_url, "Open the image");
  const name = freshId("image");
  return element(
    "span",
    { class: "picture", role: "group", "aria-labelledby": name },
    title && element("span", { class: "picture-title" }, title),
    element("span", { id: name }, words),
    address,
  );
}
