// A name and a button, folded away: the page as it stands becomes a lesson of the visitor's own.

class SaveLesson {
  constructor(root) {
    this.name = element("input", { type: "text", autocomplete: "off" });
    this.said = element("p", { class: "said", role: "status" });
    this.form = element("form", { onsubmit: (event) => this.submit(event) }, element("label", {}, "Name", this.name), element("button", { type: "submit" }, "Save"), this.said);
    this.body = element("details", { class: "save", onkeydown: (event) => this.keyed(event), ontoggle: () => this.body.open && this.name.focus() }, element("summary", {}, "Save as a lesson"), this.form);
    root.append(this.body);
  }

  update({ data, setTriggerValue }) {
    this.send = setTriggerValue;
    this.name.maxLength = data.longest;
    this.said.textContent = data.told;
    this.body.dataset.drawn = "";
  }

  submit(event) {
    event.preventDefault();
    this.send("save", { name: this.name.value, at: readAt()?.join("_") ?? null });
    this.name.value = "";
  }

  keyed(event) {
    if (event.key !== "Escape") return;
    this.body.open = false;
    this.body.querySelector("summary").focus();
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new SaveLesson(root));
}
