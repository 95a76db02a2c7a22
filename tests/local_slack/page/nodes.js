/**
 * The one place that makes elements. Strings become text nodes, so nothing that
 * a message says can become markup.
 */

/** Return a new element; attributes that are null, undefined or false are left out. */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    node.setAttribute(key, value === true ? "" : String(value));
  }
  const kept = children.flat(Infinity).filter((child) => child || child === 0);
  node.append(...kept);
  return node;
}

/** Return *node* after it was told to do something when it is pressed. */
export function onPress(node, action) {
  node.addEventListener("click", action);
  return node;
}

/** Return a link that opens in a new tab, or the bare label if the address is not one to follow. */
export function link(url, ...label) {
  if (!/^(https?:\/\/|mailto:)/i.test(url)) return element("span", {}, ...label);
  return element(
    "a",
    {
      href: url,
      target: "_blank",
      rel: "noopener noreferrer",
      // Said once the link has focus, and no part of the message's own words.
      "aria-describedby": "new-tab",
    },
    ...label,
  );
}

/** Make *items* the children of *list* without touching those already in place. */
export function arrange(list, items) {
  items.forEach((item, index) => {
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  });
  while (list.children.length > items.length) list.lastElementChild.remove();
}

let made = 0;

/** Return an id that no other element of this page has. */
export function freshId(word) {
  made += 1;
  return `${word}-${made}`;
}

const LINES = new Set(["P", "LI", "PRE", "BLOCKQUOTE", "UL", "OL"]);

/** Return the words of a drawn text, a line for each paragraph and list item. */
export function wordsIn(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeName === "BR") return "\n";
  const words = [...node.childNodes].map(wordsIn).join("");
  return LINES.has(node.nodeName) ? `${words.replace(/\n$/, "")}\n` : words;
}
