// Steps that one plays, or goes through by buttons, a slider and keys. `show` draws a step; `told`
// is called where the visitor has stopped, a moment later, so that hurried steps are told once.
const TELL_DELAY = 250; // milliseconds

class Player {
  constructor({ show, told, what = "Step", start = `First ${what.toLowerCase()}`, tick = 1200 }) {
    Object.assign(this, { show, told, tick, step: 0, last: 0 });
    const noun = what.toLowerCase();
    this.first = iconButton("first", `${start} (Home)`, () => this.goTo(0));
    this.back = iconButton("previous", `Previous ${noun} (\u2190)`, () => this.goTo(this.step - 1));
    this.playButton = iconButton(...PLAY, () => this.play(!this.timer));
    this.playButton.classList.add("play");
    this.next = iconButton("next", `Next ${noun} (\u2192)`, () => this.goTo(this.step + 1));
    this.end = iconButton("last", `Last ${noun} (End)`, () => this.goTo(this.last));
    this.scrub = element("input", { type: "range", min: "0", "aria-label": what, oninput: () => this.goTo(Number(this.scrub.value)) });
    this.place = element("output", { class: "place numbers" });
    this.bar = element("div", { class: "bar" }, this.first, this.back, this.playButton, this.next, this.end, this.scrub, this.place);
  }

  // `name` says where one is.
  draw(name) {
    const { step, last } = this;
    this.scrub.max = last;
    this.scrub.value = step;
    this.scrub.setAttribute("aria-valuetext", name);
    this.place.textContent = name;
    // Not disabled: the focus that has just pressed one would be lost.
    for (const [button, end] of [[this.first, 0], [this.back, 0], [this.next, last], [this.end, last]]) button.setAttribute("aria-disabled", step === end);
  }

  goTo(step) {
    this.halt();
    this.moveTo(step);
    this.settle();
  }

  moveTo(step) {
    this.step = Math.max(0, Math.min(this.last, step));
    this.show();
  }

  settle() {
    clearTimeout(this.teller);
    this.teller = setTimeout(() => this.told(this.step), TELL_DELAY);
  }

  play(playing) {
    this.halt();
    if (!playing) return this.settle();
    this.moveTo(this.step === this.last ? 0 : this.step + 1);
    showIcon(this.playButton, ...PAUSE);
    this.timer = setInterval(() => {
      this.moveTo(this.step + 1);
      if (this.step === this.last) this.play(false);
    }, this.tick);
  }

  halt() {
    clearInterval(this.timer);
    this.timer = null;
    showIcon(this.playButton, ...PLAY);
  }

  stop() {
    this.halt();
    clearTimeout(this.teller);
  }

  // Keys pressed anywhere in the component, except where they mean something else.
  keyed(event) {
    const origin = event.composedPath()[0];
    if (event.ctrlKey || event.altKey || event.metaKey || origin.matches("input")) return;
    if (event.key === " ") {
      if (origin.matches("button")) return;
      event.preventDefault();
      return this.play(!this.timer);
    }
    const to = { ArrowLeft: this.step - 1, ArrowRight: this.step + 1, Home: 0, End: this.last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.goTo(to);
  }
}
