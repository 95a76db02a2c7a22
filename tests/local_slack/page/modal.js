/** The window that the bot opens: a view of the person's stack, in a <dialog>. */

import { drawBlocks, drawText } from "./blocks.js";
import { controlIn } from "./messages.js";
import { element, freshId, onPress } from "./nodes.js";

/** Draws the view on top of the stack and gives the focus back when it is gone. */
export class Modal {
  /** *deeds* are `act`, `submit(view, values)`, `close(view)` and `returnFocus()`. */
  constructor(dialog, deeds) {
    this.dialog = dialog;
    this.deeds = deeds;
    this.view = null;
    this.signature = null;
    this.fields = new Set();
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.leave();
    });
    // A browser may close a dialog by itself when Escape is pressed twice. The event comes
    // later than the closing: by then another view may be open.
    dialog.addEventListener("close", () => !dialog.open && this.leave());
  }

  /** Show the top of *stack*; an empty one closes the window. */
  show(stack, names) {
    const view = stack.at(-1);
    if (!view) return this.hide();
    const signature = `${view.id} ${view.hash} ${stack.length}`;
    if (signature === this.signature) return undefined;
    const isSame = this.view?.id === view.id;
    const typed = isSame ? [...this.fields].map((field) => [field, field.read()]) : [];
    const focused = isSame ? { ...document.activeElement.dataset } : {};
    this.view = view;
    this.signature = signature;
    this.draw(view, stack.length > 1, names);
    this.keep(typed);
    if (!this.dialog.open) this.dialog.showModal();
    return this.focus(focused);
  }

  hide() {
    if (!this.view) return;
    this.view = null;
    this.signature = null;
    this.dialog.close();
    this.deeds.returnFocus();
  }

  /** Say *text* at the top of the window: something failed, and the window stays. */
  complain(text) {
    this.problem.textContent = text;
    this.problem.hidden = false;
  }

  draw(view, isPushed, names) {
    this.fields = new Set();
    const place = { names, fields: this.fields, act: (...what) => this.deeds.act(view, ...what) };
    this.problem = element("p", { class: "failure", role: "alert", hidden: true });
    const leave = view.close?.text ?? (isPushed ? "Back" : view.submit ? "Cancel" : "Close");
    const form = element(
      "form",
      { novalidate: true, autocomplete: "off" },
      element("h2", { id: "modal-title", tabindex: "-1" }, view.title.text),
      this.problem,
      element("div", { class: "modal-body" }, drawBlocks(view.blocks, place)),
      element(
        "div",
        { class: "modal-foot" },
        view.submit && element("button", { class: "primary" }, view.submit.text),
        onPress(element("button", { type: "button", "data-leave": true }, leave), () => this.leave()),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.dialog.replaceChildren(form);
  }

  /** Put back what the person had filled in: the bot changed the view, not their words. */
  keep(typed) {
    for (const [old, value] of typed) {
      const same = [...this.fields].find((field) => isSameField(field, old));
      same?.write(value);
    }
  }

  focus(focused) {
    const fields = [...this.fields];
    const first = fields.find((field) => field.control.focus_on_load) ?? fields[0];
    const title = this.dialog.querySelector("#modal-title");
    (controlIn(this.dialog, focused) ?? first?.node ?? title).focus();
  }

  leave() {
    const view = this.view;
    if (view) this.deeds.close(view);
  }

  submit() {
    this.problem.hidden = true;
    this.mark({});
    this.deeds.submit(this.view, this.values());
  }

  /** Show *errors*, by block id, at their fields and move to the first one. */
  mark(errors) {
    for (const field of this.fields) {
      if (!field.error) continue;
      const text = errors[field.blockId];
      field.error.hidden = !text;
      field.error.textContent = text ? `Error: ${text}` : "";
      if (text) field.node.setAttribute("aria-invalid", "true");
      else field.node.removeAttribute("aria-invalid");
    }
    const first = [...this.fields].find((field) => errors[field.blockId]);
    first?.node.focus();
  }

  /** Return the fields that the bot hears of only when something else is pressed. */
  keptBack() {
    return [...this.fields].filter((field) => field.isKeptBack);
  }

  /** Return what is filled in, by block id and action id. */
  values() {
    const values = {};
    for (const { blockId, control, read } of this.fields) {
      values[blockId] = { ...values[blockId], [control.action_id]: read() };
    }
    return values;
  }
}

function isSameField(one, other) {
  return one.blockId === other.blockId && one.control.action_id === other.control.action_id;
}

/** Ask *confirm*, a Block Kit confirmation, and return whether the person agreed. */
export function confirmed(confirm, names) {
  const [title, text] = [freshId("title"), freshId("text")];
  // One of its own for each question: how the last one ended comes as an event, later.
  const dialog = element("dialog", { "aria-labelledby": title, "aria-describedby": text });
  const answering = (words, style, answer) =>
    onPress(element("button", { type: "button", class: style }, words), () => dialog.close(answer));
  const style = confirm.style === "danger" ? "danger" : "primary";
  dialog.append(
    element("h2", { id: title }, confirm.title.text),
    element("div", { id: text, class: "modal-body" }, drawText(confirm.text, names)),
    element(
      "div",
      { class: "modal-foot" },
      answering(confirm.confirm?.text ?? "Yes", style, "yes"),
      answering(confirm.deny?.text ?? "No", null, ""),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
