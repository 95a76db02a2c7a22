/** Where a person writes: a message, a reply in a thread, or a slash command. */

import { authorOf, timeOf } from "./messages.js";
import { spoken } from "./mrkdwn.js";

const COMMAND = /^(\/[a-z0-9_-]+)(?:\s+([\s\S]*))?$/i;
const PREVIEW_CHARS = 60;

/** The form below the conversation. */
export class Composer {
  /** *send({text} | {command, text})* is called with what was written; it returns whether it was taken. */
  constructor(form, send) {
    this.form = form;
    this.send = send;
    this.text = form.querySelector("#message");
    this.root = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.text.addEventListener("keydown", (event) => {
      // While an input method composes a character, Enter belongs to it.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    form.querySelector("#leave-thread").addEventListener("click", () => {
      this.answer(null);
      this.focus();
    });
  }

  focus() {
    this.text.focus();
  }

  /** Write into *channel*; *hint* says what can be written there. */
  address(channel, hint) {
    this.channel = channel;
    this.form.querySelector("#hint").textContent = hint;
    this.label();
  }

  /** Write into the thread of *root*, or into the channel if it is null. */
  answer(root, names) {
    this.root = root;
    this.form.querySelector("#thread-note").hidden = !root;
    if (root) {
      const words = spoken(root.text ?? "", names).replace(/\s+/g, " ");
      const preview = words.length > PREVIEW_CHARS ? `${words.slice(0, PREVIEW_CHARS)}…` : words;
      const said = `In the thread of ${authorOf(root, names)}, ${timeOf(root)}: “${preview}”`;
      this.form.querySelector("#thread-of").textContent = said;
    }
    this.label();
  }

  label() {
    const label = this.root ? `Reply in thread, ${this.channel}` : `Message ${this.channel}`;
    this.form.querySelector("#message-label").textContent = label;
  }

  async submit() {
    const written = this.text.value.trim();
    if (!written) return;
    this.text.value = "";
    const [, command, text] = written.match(COMMAND) ?? [];
    const taken = await this.send(command ? { command, text: text ?? "" } : { text: written });
    // What was refused is given back, unless the person has begun something new.
    if (!taken && !this.text.value) this.text.value = written;
  }
}
