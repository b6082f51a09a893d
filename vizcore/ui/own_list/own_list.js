// A visitor's own lessons. What is moved, renamed or deleted is shown at once; the server is told
// the whole list each time, so that no click of a quick row is lost. Undo sends an older list.

const LONGEST_NAME = 80;

class OwnList {
  constructor(root) {
    this.lessons = [];
    this.past = [];
    this.rows = element("ol");
    this.undoButton = element("button", { type: "button", onclick: () => this.undo() }, "Undo");
    this.said = element("span", { class: "said", role: "status" });
    this.body = element("div", { class: "own" }, this.rows, element("p", { class: "foot" }, this.undoButton, this.said));
    root.append(this.body);
  }

  update({ data, setStateValue }) {
    // Numbered, as a list that equals the last one told may still be news to the server.
    this.tell = (lessons) => setStateValue("arrangement", { rows: lessons.map(({ id, name }) => ({ id, name })), n: Date.now() });
    if (data.version === this.version) return;
    if (this.version !== undefined) this.past.push(this.lessons);
    this.version = data.version;
    this.lessons = data.lessons;
    this.draw();
  }

  change(lessons, said, focus) {
    this.past.push(this.lessons);
    this.show(lessons, said, focus);
  }

  undo() {
    if (!this.past.length) return;
    this.show(this.past.pop(), "Undone.", () => this.undoButton);
  }

  show(lessons, said, focus) {
    this.lessons = lessons;
    this.said.textContent = said;
    this.draw();
    focus()?.focus();
    this.tell(lessons);
  }

  draw() {
    this.rows.replaceChildren(...this.lessons.map((one, i) => this.row(one, i)));
    // Not disabled: the focus that has just pressed it would be lost.
    this.undoButton.setAttribute("aria-disabled", !this.past.length);
    this.body.dataset.drawn = this.lessons.length;
  }

  row(lesson, i) {
    const { id, name, href, page } = lesson;
    const button = (act, text, label, press, off) =>
      element("button", { type: "button", class: act, "data-act": act, "aria-label": `${label} ${name}`, title: label, "aria-disabled": off ? "true" : null, onclick: () => off || press() }, text);
    return element(
      "li",
      { "data-id": id },
      element("span", { class: "name" }, innerLink(href, {}, name), element("span", { class: "page" }, page)),
      element(
        "span",
        { class: "acts" },
        button("up", "↑", "Move up:", () => this.move(i, -1), i === 0),
        button("down", "↓", "Move down:", () => this.move(i, 1), i === this.lessons.length - 1),
        button("rename", "Rename", "Rename:", () => this.rename(lesson)),
        button("delete", "Delete", "Delete:", () => this.remove(i)),
      ),
    );
  }

  find(id, act) {
    return this.rows.querySelector(`[data-id="${id}"] [data-act="${act}"]`);
  }

  move(i, by) {
    const lessons = [...this.lessons];
    const [one] = lessons.splice(i, 1);
    lessons.splice(i + by, 0, one);
    this.change(lessons, `${one.name} is now number ${i + by + 1}.`, () => this.find(one.id, by < 0 ? "up" : "down"));
  }

  remove(i) {
    const { name } = this.lessons[i];
    const rest = this.lessons.filter((_, k) => k !== i);
    this.change(rest, `Deleted ${name}.`, () => this.undoButton);
  }

  rename(lesson) {
    const place = this.rows.querySelector(`[data-id="${lesson.id}"] .name`);
    const field = element("input", { type: "text", maxlength: LONGEST_NAME, "aria-label": `New name of ${lesson.name}` });
    field.value = lesson.name;
    let done = false;
    const finish = (keep) => {
      if (done) return;
      done = true;
      const name = field.value.trim();
      const back = () => this.find(lesson.id, "rename");
      if (!keep || !name || name === lesson.name) return this.draw(), back()?.focus();
      const renamed = this.lessons.map((one) => (one.id === lesson.id ? { ...one, name } : one));
      this.change(renamed, `Renamed to ${name}.`, back);
    };
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault(); // The button that gets the focus would be pressed by the same Enter.
      finish(event.key === "Enter");
    });
    field.addEventListener("blur", () => finish(true));
    place.replaceChildren(field);
    field.select();
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new OwnList(root));
}
