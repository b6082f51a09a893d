// Numbers typed in place, where they stand in the picture. What is no number is marked and named,
// and the last good one stays in force. Each edit carries all that the server has not yet said to
// have done, so that none is lost.
class Fields {
  constructor({ least = -Infinity, most = Infinity, step = 1, what = "number" }) {
    Object.assign(this, { least, most, step, what, pending: [], serial: 0 });
    this.message = element("p", { class: "message", role: "alert" });
  }

  make(row, place, name) {
    const input = element("input", { class: "field numbers", inputmode: "text", autocomplete: "off", spellcheck: "false", "aria-label": name });
    Object.assign(input.dataset, { row, place });
    input.addEventListener("input", () => this.typed(input));
    input.addEventListener("keydown", (event) => this.keyed(event, input));
    input.addEventListener("focus", () => input.select());
    input.addEventListener("blur", () => (input.value = input.value.replace("-", MINUS)));
    return input;
  }

  update({ done }, send) {
    this.send = send;
    this.pending = this.pending.filter(({ n }) => n > done);
  }

  // What is being typed, or has not yet arrived, is newer than what the server says.
  show(input, text, anew) {
    const { row, place } = input.dataset;
    const typing = input.matches(":focus") || input.hasAttribute("aria-invalid");
    const waiting = this.pending.some((edit) => edit.row === row && edit.place === Number(place));
    if (!anew && (typing || waiting)) return;
    input.value = text.replace("-", MINUS);
    this.judge(input);
  }

  judge(input) {
    const { value, problem, text } = parseNumber(input.value);
    const outside = !problem && !(value >= this.least && value <= this.most);
    const wrong = problem ?? (outside && `Such a number is from ${readable(this.least)} to ${readable(this.most)}.`);
    if (wrong) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    if (wrong) this.message.textContent = `${input.getAttribute("aria-label")}: ${wrong} The last good ${this.what} stays in force.`;
    else if (!input.getRootNode().querySelector?.("[aria-invalid]")) this.message.textContent = "";
    return wrong ? null : text;
  }

  typed(input) {
    const text = this.judge(input);
    if (text !== null) this.tell({ row: input.dataset.row, place: Number(input.dataset.place), text });
  }

  tell(edit) {
    this.serial = Math.max(this.serial + 1, Date.now());
    this.pending.push({ n: this.serial, ...edit });
    this.send("edits", this.pending);
  }

  keyed(event, input) {
    const by = { ArrowUp: this.step, ArrowDown: -this.step }[event.key];
    const { value, problem } = parseNumber(input.value);
    if (!by || problem) return;
    event.preventDefault();
    const next = Math.max(this.least, Math.min(this.most, value + by));
    input.value = String(Number(next.toFixed(6))).replace("-", MINUS);
    this.typed(input);
  }
}
