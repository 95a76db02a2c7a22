/** The conversation: messages in order, replies below their root, each drawn once. */

import { drawBlocks } from "./blocks.js";
import { drawMrkdwn, spoken } from "./mrkdwn.js";
import { arrange, element, onPress } from "./nodes.js";

/** Return the messages of *channel* that *reader* sees, oldest first. */
export function visibleMessages(messages, channel, reader) {
  return messages
    .filter((message) => message.channel === channel)
    .filter((message) => !message.ephemeral_to || message.ephemeral_to === reader)
    .filter((message) => !message.deleted || messages.some((other) => isReplyTo(other, message)))
    .sort((one, other) => Number(one.ts) - Number(other.ts));
}

/** Return who wrote *message*, as a name. */
export function authorOf(message, names) {
  return names.person(message.user ?? message.bot_id);
}

/** Return the time of *message* as people write it: 09:05. */
export function timeOf(message) {
  const at = new Date(Number(message.ts) * 1000);
  return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

function isReplyTo(message, root) {
  return message.thread_ts === root.ts && message.ts !== root.ts && message.channel === root.channel;
}

function isReply(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts;
}

/** A list of messages that keeps what did not change: focus, open details, half-made choices. */
export class Conversation {
  /** *deeds* are `act(message, blockId, control, choice)` and `reply(message)`. */
  constructor(list, deeds) {
    this.list = list;
    this.deeds = deeds;
    this.drawn = new Map();
  }

  /** Draw *messages*, which are in order; *failures* says by ts what went wrong with one. */
  draw(messages, names, failures) {
    const kept = new Map();
    const roots = messages.filter((message) => !isReply(message) || !messages.some((root) => isReplyTo(message, root)));
    const rows = roots.map((root) => {
      const row = this.row(root, names, failures, kept);
      const replies = messages.filter((message) => isReplyTo(message, root));
      arrange(row.replies, replies.map((reply) => this.row(reply, names, failures, kept).item));
      row.replies.hidden = !replies.length;
      return row.item;
    });
    this.drawn = kept;
    arrange(this.list, rows);
  }

  /** Forget everything, so that the next draw starts from nothing. */
  clear() {
    this.drawn.clear();
    this.list.replaceChildren();
  }

  row(message, names, failures, kept) {
    const failure = failures.get(message.ts);
    const signature = JSON.stringify([message, failure]);
    const row = this.drawn.get(message.ts) ?? newRow(message);
    kept.set(message.ts, row);
    if (row.signature === signature) return row;
    row.signature = signature;
    const article = this.article(message, names, failure);
    keepingPlace(row.article, article);
    row.article.replaceWith(article);
    row.article = article;
    return row;
  }

  article(message, names, failure) {
    const author = authorOf(message, names);
    const head = element(
      "p",
      { class: "message-head" },
      element("strong", { class: "author" }, author),
      message.bot_id && element("span", { class: "tag" }, "app"),
      element("time", { datetime: new Date(Number(message.ts) * 1000).toISOString() }, timeOf(message)),
      message.edited && !message.ephemeral_to && element("span", { class: "note" }, "edited"),
    );
    const body = message.deleted
      ? [element("p", { class: "note" }, "This message was deleted.")]
      : this.body(message, names);
    return element(
      "article",
      {
        class: ["message", message.ephemeral_to && "ephemeral", message.bot_id && "from-app"].filter(Boolean).join(" "),
        "data-ts": message.ts,
        "aria-label": `${author}, ${timeOf(message)}`,
        tabindex: "-1",
      },
      element("span", { class: "initial", "aria-hidden": "true" }, author.slice(0, 1).toUpperCase()),
      element(
        "div",
        { class: "message-body" },
        message.ephemeral_to && element("p", { class: "only-you" }, "Only visible to you"),
        head,
        body,
        failure && element("p", { class: "failure" }, failure),
        this.foot(message, names, author),
      ),
    );
  }

  body(message, names) {
    if (!message.blocks?.length) {
      return [element("div", { class: "prose" }, drawMrkdwn(message.text ?? "", names))];
    }
    const place = { names, act: (...what) => this.deeds.act(message, ...what) };
    return drawBlocks(message.blocks, place);
  }

  foot(message, names, author) {
    const canReply = !isReply(message) && !message.ephemeral_to;
    const name = `Reply in thread to ${author}, ${timeOf(message)}`;
    const attributes = { type: "button", class: "quiet", "data-reply": true, "aria-label": name };
    const press = () => this.deeds.reply(message);
    const reply = canReply && onPress(element("button", attributes, "Reply in thread"), press);
    const heard = message.bot_id && !message.deleted && whatIsHeard(message, names);
    return (reply || heard) && element("div", { class: "message-foot" }, reply, heard);
  }
}

function newRow(message) {
  const article = element("article");
  const replies = element("ol", { class: "replies", "aria-label": "Replies", hidden: true });
  return { item: element("li", { "data-message": message.ts }, article, replies), article, replies };
}

function whatIsHeard(message, names) {
  const words = spoken(message.text ?? "", names);
  return element(
    "details",
    { class: "heard" },
    element("summary", {}, "What a screen reader hears"),
    element("p", { class: "literal" }, words || "No words: this message has no text, only blocks."),
  );
}

/** Carry an open detail and the focus over from the *old* drawing of a message to the new one. */
function keepingPlace(old, drawn) {
  const heard = drawn.querySelector(".heard");
  if (heard && old.querySelector(".heard")?.open) heard.open = true;
  const focused = document.activeElement;
  if (!old.contains(focused)) return;
  // The new article has no place in the page until the old one is replaced.
  const target = sameControl(drawn, focused) ?? drawn;
  queueMicrotask(() => target.focus({ preventScroll: true }));
}

function sameControl(article, focused) {
  if (focused.matches("summary")) return article.querySelector(".heard > summary");
  if (focused.dataset.reply !== undefined) return article.querySelector("[data-reply]");
  return controlIn(article, focused.dataset);
}

/**
 * Return the control in *holder* that *marks* is about, if it is still there.
 *
 * A block that was given no id has another one after each change, so a control
 * with the same action and value will do.
 */
export function controlIn(holder, marks) {
  if (!marks.action) return null;
  const same = [...holder.querySelectorAll("[data-action]")].filter((node) => node.dataset.action === marks.action);
  const likeness = ({ dataset }) => 2 * (dataset.block === marks.block) + (dataset.value === marks.value);
  return same.sort((one, other) => likeness(other) - likeness(one))[0] ?? null;
}
