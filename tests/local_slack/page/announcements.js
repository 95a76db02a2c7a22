/** What a screen reader is told of a conversation while it is open. */

import { authorOf } from "./messages.js";
import { spoken } from "./mrkdwn.js";
import { element } from "./nodes.js";

const KEPT = 5;

/** A live region that says the text of what others write, once. */
export class Announcements {
  constructor(log) {
    this.log = log;
    this.heard = new Map();
  }

  /**
   * Return those of *messages* that are new or changed, and have them read.
   *
   * What *reader* wrote is not read back, and nothing is when a conversation
   * has just been opened (*isSilent*): then it is there to be read.
   */
  hear(messages, reader, names, { isSilent }) {
    const fresh = messages.filter((message) => this.isFresh(message));
    if (isSilent) return [];
    const told = fresh.filter(({ user, deleted }) => user !== reader && !deleted);
    this.log.append(...told.map((message) => element("p", {}, sentence(message, names))));
    // Only additions are read, so taking the oldest away is silent.
    while (this.log.children.length > KEPT) this.log.firstElementChild.remove();
    return fresh;
  }

  isFresh({ channel, ts, text }) {
    const key = `${channel} ${ts}`;
    const before = this.heard.get(key);
    this.heard.set(key, text);
    return before !== text;
  }
}

function sentence(message, names) {
  const aside = message.ephemeral_to ? ", only visible to you" : "";
  return `${authorOf(message, names)}${aside}: ${spoken(message.text ?? "", names)}`;
}
