/** Who and what there is in the workspace, and the list of conversations. */

import { visibleMessages } from "./messages.js";
import { arrange, element } from "./nodes.js";

const EXAMPLE = "can I blog anonymously?";
const KEYS = "Enter sends; Shift and Enter makes a new line.";

/** Return how to name the people and channels of *state*, and who the bot is. */
export function namesIn({ people, channels }) {
  const bot = botOf({ people, channels });
  const person = new Map(people.map((one) => [one.id, one.name]));
  const channel = new Map(channels.map((one) => [one.id, one.name]));
  return {
    bot: person.get(bot),
    person: (id) => person.get(id) ?? id,
    channel: (id) => channel.get(id) ?? id,
    people: () => people,
    channels: () => channels.filter((one) => one.kind !== "im"),
  };
}

/** Return the id of our own bot: the one that people have direct messages with. */
function botOf({ people, channels }) {
  const bots = new Set(people.filter((one) => one.is_bot).map((one) => one.id));
  return channels.find((one) => one.kind === "im").members.find((id) => bots.has(id));
}

/** Return the channels that *reader* is in, the direct message with the bot first. */
export function channelsOf(state, reader) {
  const own = state.channels.filter((channel) => channel.members.includes(reader));
  return own.sort((one, other) => (other.kind === "im") - (one.kind === "im"));
}

/** Return what *channel* is called: #general, or the bot's name for a direct message. */
export function titleOf(channel, names) {
  return channel.kind === "im" ? names.bot : `#${channel.name}`;
}

/** Return three sentences on *channel*: what it is, how to ask there, what stands there when it is empty. */
export function wordsOn(channel, state, names) {
  const { bot } = names;
  const commands = state.settings.commands.join(" or ");
  if (channel.kind === "im") {
    return {
      note: `Direct messages between you and ${bot}.`,
      hint: `${KEYS} ${bot} answers every message here${commands && `; ${commands} and a question works too`}.`,
      empty: `Nothing here yet. Ask ${bot} a question, for example: ${EXAMPLE}`,
    };
  }
  const hasBot = channel.members.includes(botOf(state));
  const kind = channel.kind === "group" ? "Private channel" : "Channel";
  const aside = commands && `${commands} and a question: only you see the answer.`;
  if (!hasBot) {
    return {
      note: `${kind}. ${bot} is not in it, so only a command reaches it.`,
      hint: `${KEYS} ${aside}`,
      empty: `Nothing here yet. Try: ${commands} ${EXAMPLE}`,
    };
  }
  return {
    note: `${kind}. ${bot} is in it and hears what mentions it.`,
    hint: `${KEYS} @${bot} and a question: everyone sees the answer. ${aside}`,
    empty: `Nothing here yet. Try: @${bot} ${EXAMPLE}`,
  };
}

/** The list of conversations, with what is new in each since it was last open. */
export class ChannelList {
  constructor(list) {
    this.list = list;
    this.read = new Map();
  }

  /** Draw the channels of *reader*; the one with the id *open* is being read. */
  draw(state, reader, open, names) {
    const items = channelsOf(state, reader).map((channel) => {
      const count = visibleMessages(state.messages, channel.id, reader).length;
      if (channel.id === open || !this.read.has(channel.id) || count < this.read.get(channel.id)) {
        this.read.set(channel.id, count);
      }
      const fresh = count - this.read.get(channel.id);
      const item = this.itemOf(channel);
      const link = item.firstElementChild;
      if (channel.id === open) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      const kind = channel.kind === "im" && element("span", { class: "kind" }, " direct message");
      const news = fresh > 0 && element("span", { class: "fresh" }, ` ${fresh} new`);
      link.replaceChildren(...[element("span", {}, titleOf(channel, names)), news, kind].filter(Boolean));
      return item;
    });
    arrange(this.list, items);
  }

  itemOf(channel) {
    const link = element("a", { href: `#${channel.id}` });
    const item = this.list.querySelector(`[data-channel="${CSS.escape(channel.id)}"]`);
    return item ?? element("li", { "data-channel": channel.id }, link);
  }
}
