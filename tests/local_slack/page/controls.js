/** What a person presses, chooses or fills in: Block Kit's interactive elements. */

import { inline } from "./mrkdwn.js";
import { element, freshId, onPress } from "./nodes.js";

const DRAWN = {
  button,
  channels_select: choose,
  checkboxes: ticks,
  conversations_select: choose,
  multi_channels_select: choose,
  multi_conversations_select: choose,
  multi_users_select: choose,
  datepicker: (control, place) => typed(control, place, "date"),
  email_text_input: (control, place) => typed(control, place, "email"),
  feedback_buttons: feedback,
  icon_button: button,
  multi_static_select: choose,
  number_input: (control, place) => typed(control, place, "text"),
  overflow,
  plain_text_input: (control, place) => typed(control, place, "text"),
  radio_buttons: ticks,
  static_select: choose,
  timepicker: (control, place) => typed(control, place, "time"),
  url_text_input: (control, place) => typed(control, place, "url"),
  users_select: choose,
};

/** Return an interactive element, wired to `place.act`. */
export function drawControl(control, place) {
  const draw = DRAWN[control.type];
  if (!draw) return element("p", { class: "undrawn" }, `This page cannot draw a “${control.type}” element.`);
  return draw(control, place);
}

/** Return an input block: label, hint, the element, and room for what is wrong with it. */
export function drawField(block, place) {
  const label = block.label.text + (block.optional ? " (optional)" : "");
  const name = freshId("label");
  const hint = block.hint && element("span", { class: "hint", id: freshId("hint") }, block.hint.text);
  const error = element("span", { class: "failure", id: freshId("error"), hidden: true });
  const isGroup = ["radio_buttons", "checkboxes"].includes(block.element.type);
  const describedBy = [hint?.id, error.id].filter(Boolean).join(" ");
  const inner = {
    ...place,
    name,
    describedBy,
    fields: { add: (field) => place.fields?.add({ ...field, error, isKeptBack: !block.dispatch_action }) },
    act: block.dispatch_action ? place.act : null,
  };
  const control = drawControl(block.element, inner);
  if (isGroup) {
    // The group itself carries the label; a legend inside is what every reader announces.
    const legend = element("legend", { id: name }, label);
    const attributes = { class: "field", "aria-describedby": describedBy };
    return element("fieldset", attributes, legend, hint, error, control);
  }
  const fillable = "input, select, textarea";
  const target = control.matches(fillable) ? control : control.querySelector(fillable);
  const named = element("label", { id: name, for: target?.id }, label);
  return element("div", { class: "field" }, named, hint, error, control);
}

function marks(control, place) {
  return { "data-block": place.blockId, "data-action": control.action_id };
}

function button(control, place) {
  const style = { primary: "primary", danger: "danger" }[control.style];
  const attributes = {
    ...marks(control, place),
    class: style,
    "aria-label": control.accessibility_label,
    "data-value": control.value,
  };
  const words = control.text?.text ?? control.accessibility_label ?? control.icon;
  const press = () => place.act?.(place.blockId, control, null);
  if (/^https?:\/\//i.test(control.url ?? "")) {
    const address = { href: control.url, target: "_blank", rel: "noopener noreferrer" };
    const described = { ...attributes, ...address, class: `button ${style ?? ""}`, "aria-describedby": "new-tab" };
    return onPress(element("a", described, words), press);
  }
  return onPress(element("button", { type: "button", ...attributes }, words), press);
}

function feedback(control, place) {
  const halves = [control.positive_button, control.negative_button];
  return halves.map((half) => {
    const one = { ...half, action_id: control.action_id, type: "button" };
    return button(one, { ...place, act: () => place.act?.(place.blockId, one, half.value) });
  });
}

function overflow(control, place) {
  const menu = element("details", { class: "overflow" }, element("summary", marks(control, place), "More actions"));
  const items = control.options.map((option) =>
    element(
      "li",
      {},
      onPress(element("button", { type: "button" }, option.text.text), () => {
        menu.open = false;
        menu.querySelector("summary").focus();
        place.act?.(place.blockId, control, option.value);
      }),
    ),
  );
  menu.append(element("ul", {}, items));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    // Escape closes this menu, not the window around it.
    event.preventDefault();
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  return menu;
}

function optionsOf(control, names) {
  const named = (id, label) => ({ value: id, text: { text: label } });
  if (control.type.endsWith("users_select")) return names.people().map(({ id, name }) => named(id, name));
  if (/(channels|conversations)_select$/.test(control.type)) {
    return names.channels().map(({ id, name }) => named(id, `#${name}`));
  }
  return control.options ?? [];
}

function choose(control, place) {
  const isMultiple = control.type.startsWith("multi_");
  const placeholder = control.placeholder?.text ?? "Choose";
  const drawOption = (option) => element("option", { value: option.value }, option.text.text);
  const groups = control.option_groups?.map((group) =>
    element("optgroup", { label: group.label.text }, group.options.map(drawOption)),
  );
  const select = element(
    "select",
    {
      id: freshId("select"),
      ...marks(control, place),
      multiple: isMultiple,
      "aria-label": place.name ? null : placeholder,
      "aria-describedby": place.describedBy,
    },
    !isMultiple && element("option", { value: "" }, placeholder),
    groups ?? optionsOf(control, place.names).map(drawOption),
  );
  const initial = [control.initial_options ?? control.initial_option ?? []].flat().map((option) => option.value);
  const write = (values) => {
    for (const option of select.options) option.selected = values.includes(option.value);
  };
  if (initial.length) write(initial);
  const chosen = () => [...select.selectedOptions].map((option) => option.value).filter(Boolean);
  const read = () => (isMultiple ? chosen() : (chosen()[0] ?? null));
  place.fields?.add({ blockId: place.blockId, control, node: select, read, write: (value) => write([value].flat()) });
  if (!place.act) return select;
  // Arrow keys change a closed list at every press, so choosing is a step of its own.
  const done = element("button", { type: "button", "aria-label": `Choose: ${placeholder}` }, "Choose");
  onPress(done, () => chosen().length && place.act(place.blockId, control, read()));
  return element("span", { class: "choice" }, select, done);
}

function ticks(control, place) {
  const isRadio = control.type === "radio_buttons";
  const group = freshId("group");
  const initial = [control.initial_options ?? control.initial_option ?? []].flat().map((option) => option.value);
  const boxes = control.options.map((option) =>
    element("input", {
      type: isRadio ? "radio" : "checkbox",
      id: freshId("option"),
      name: group,
      value: option.value,
      checked: initial.includes(option.value),
      ...marks(control, place),
    }),
  );
  const rows = boxes.map((box, index) => tickRow(box, control.options[index], place.names));
  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
  const read = () => (isRadio ? (chosen()[0] ?? null) : chosen());
  const write = (values) => boxes.forEach((box) => (box.checked = [values].flat().includes(box.value)));
  place.fields?.add({ blockId: place.blockId, control, node: boxes[0], read, write });
  const role = place.name ? {} : { role: isRadio ? "radiogroup" : "group", "aria-label": "Options" };
  const holder = element("div", { class: "ticks", ...role }, rows);
  holder.addEventListener("change", () => place.act?.(place.blockId, control, read()));
  return holder;
}

function tickRow(box, { text, description }, names) {
  const drawn = (one) => (one.type === "mrkdwn" ? inline(one.text, names) : one.text);
  const words = drawn(text);
  const detail = description && element("span", { class: "hint", id: `${box.id}-detail` }, drawn(description));
  if (detail) box.setAttribute("aria-describedby", detail.id);
  return element("div", { class: "tick" }, box, element("label", { for: box.id }, words), detail);
}

function typed(control, place, type) {
  const attributes = {
    id: freshId("field"),
    ...marks(control, place),
    placeholder: control.placeholder?.text,
    maxlength: control.max_length,
    "aria-label": place.name ? null : (control.placeholder?.text ?? "Answer"),
    "aria-describedby": place.describedBy,
  };
  const node = control.multiline
    ? element("textarea", { ...attributes, rows: 4 })
    : element("input", { ...attributes, type });
  node.value = control.initial_value ?? control.initial_date ?? control.initial_time ?? "";
  place.fields?.add({
    blockId: place.blockId,
    control,
    node,
    read: () => node.value || null,
    write: (value) => (node.value = value ?? ""),
  });
  return node;
}
