// A pad of 28×28 pixels with 16 levels. A brush leaves a soft round mark; what is drawn only gets
// lighter. The server hears of a stroke at its end; where it follows, also on the way, of one state at
// a time: of the next one when it has answered the last.

const SIDE = 28;
const TOP = 15; // the lightest level
const SIZES = { Thin: 0.8, Medium: 1.2, Thick: 1.7 }; // radius in pixels
const SOFT = 0.9; // pixels over which a mark fades
const MOST_UNDO = 50;
const FOLLOW_MS = 150; // at least, from one state of a stroke to the next
const PATIENCE_MS = 2000; // after which an answer that was lost is waited for no more
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

class DigitPad {
  constructor(root) {
    this.levels = new Uint8Array(SIDE * SIDE);
    this.past = [];
    this.at = [13, 13];
    this.asked = null; // the state of a stroke that the server has not yet answered
    this.askedAt = -Infinity;
    this.build(root);
  }

  build(root) {
    this.canvas = element("canvas", {
      width: SIDE,
      height: SIDE,
      tabindex: "0",
      role: "application",
      "aria-label": `Drawing of ${SIDE} by ${SIDE} pixels. Draw with the pointer; or arrow keys move, space draws, Backspace erases.`,
    });
    this.cursor = element("div", { class: "cursor", "aria-hidden": "true" });
    this.live = element("div", { class: "unseen", "aria-live": "polite" });
    this.sizes = Object.keys(SIZES).map((name) => element("option", { value: name }, name));
    this.size = element("select", { "aria-label": "Brush" }, ...this.sizes);
    this.size.value = "Medium";
    this.undo = element("button", { type: "button", title: "Take the last stroke back (Ctrl+Z)", onclick: () => this.back() }, "Undo");
    this.clear = element("button", { type: "button", onclick: () => this.wipe() }, "Clear");
    const bar = element("div", { class: "bar" }, element("label", {}, "Brush ", this.size), this.undo, this.clear);
    const hint = element("p", { class: "hint" }, "Draw a digit. By keys: arrows move, space draws, Backspace erases.");
    const paper = element("div", { class: "paper" }, this.canvas, this.cursor);
    this.body = element("div", { class: "pad" }, paper, element("div", { class: "beside" }, bar, hint), this.live);
    root.append(this.body);
    this.listen();
    this.write();
  }

  update({ data, setTriggerValue }) {
    this.send = setTriggerValue;
    // What was drawn here is ahead of what the server says, unless a link or another choice came.
    const known = data.visit === this.visit && (data.levels === this.told || data.levels === this.text() || this.waiting);
    if (data.levels === this.text()) this.waiting = false;
    if (!known) {
      this.levels = Uint8Array.from(data.levels, (digit) => parseInt(digit, 16));
      this.past = [];
      this.waiting = false;
    }
    this.visit = data.visit;
    this.told = data.levels;
    this.follows = data.follows;
    if (this.asked !== null && data.heard === this.asked) {
      this.asked = null;
      this.follow();
    }
    this.write();
  }

  text() {
    return Array.from(this.levels, (level) => level.toString(16)).join("");
  }

  // Tell of the stroke that goes on, if the last state is answered and it is time.
  follow() {
    clearTimeout(this.timer);
    const text = this.text();
    if (!this.follows || !this.last || text === this.followed) return;
    const wait = this.askedAt + (this.asked === null ? FOLLOW_MS : PATIENCE_MS) - performance.now();
    if (wait > 0) {
      this.timer = setTimeout(() => this.follow(), wait);
      return;
    }
    this.askedAt = performance.now();
    this.asked = this.followed = text;
    this.send("drawn", `+${text}`);
  }

  tell() {
    clearTimeout(this.timer);
    this.asked = null;
    this.waiting = true;
    this.send("drawn", this.text());
  }

  destroy() {
    clearTimeout(this.timer);
  }

  // ---- Drawing ----

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      canvas.setPointerCapture(event.pointerId);
      this.begin();
      this.last = this.place(event);
      this.mark(this.last, this.last);
      this.follow();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.last) return;
      for (const one of event.getCoalescedEvents?.().length ? event.getCoalescedEvents() : [event]) {
        const now = this.place(one);
        this.mark(this.last, now);
        this.last = now;
      }
      this.follow();
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => {
        if (!this.last) return;
        this.last = null;
        this.tell();
      });
    }
    this.body.addEventListener("keydown", (event) => this.keyed(event));
  }

  begin() {
    this.past.push(this.levels.slice());
    if (this.past.length > MOST_UNDO) this.past.shift();
  }

  // In pixels of the drawing, from the centre of the first.
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * SIDE - 0.5,
      ((event.clientY - box.top) / box.height) * SIDE - 0.5,
    ];
  }

  mark([x0, y0], [x1, y1]) {
    const radius = SIZES[this.size.value];
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length = dx * dx + dy * dy;
    for (let i = 0; i < SIDE * SIDE; i++) {
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
      const along = length ? Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / length)) : 0;
      const away = Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
      const share = Math.max(0, Math.min(1, (radius + SOFT / 2 - away) / SOFT));
      this.levels[i] = Math.max(this.levels[i], Math.round(TOP * share));
    }
    this.write();
  }

  back() {
    if (!this.past.length) return;
    this.levels = this.past.pop();
    this.write();
    this.tell();
  }

  wipe() {
    if (!this.levels.some(Boolean)) return;
    this.begin();
    this.levels = new Uint8Array(SIDE * SIDE);
    this.write();
    this.tell();
  }

  // ---- Keys ----

  keyed(event) {
    if (event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.key !== "z") return;
      event.preventDefault();
      this.back();
      return;
    }
    if (event.composedPath()[0] !== this.canvas) return;
    const move = MOVES[event.key];
    if (move) {
      event.preventDefault();
      this.at = this.at.map((one, axis) => Math.max(0, Math.min(SIDE - 1, one + move[axis])));
      this.write();
      this.say();
    } else if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      this.dab();
    } else if (event.key === "Backspace" || event.key === "Delete") {
      event.preventDefault();
      this.erase();
    }
  }

  dab() {
    const [row, column] = this.at;
    this.begin();
    this.mark([column, row], [column, row]);
    this.say();
    this.tell();
  }

  erase() {
    const [row, column] = this.at;
    if (!this.levels[row * SIDE + column]) return;
    this.begin();
    this.levels[row * SIDE + column] = 0;
    this.write();
    this.say();
    this.tell();
  }

  say() {
    const [row, column] = this.at;
    const level = this.levels[row * SIDE + column];
    this.live.textContent = `Row ${row + 1}, column ${column + 1}: ${level ? `level ${level * 17}` : "black"}`;
  }

  // ---- On screen ----

  write() {
    const image = new ImageData(SIDE, SIDE);
    this.levels.forEach((level, i) => image.data.set([level * 17, level * 17, level * 17, 255], 4 * i));
    this.canvas.getContext("2d").putImageData(image, 0, 0);
    const [row, column] = this.at;
    this.cursor.style.setProperty("--row", row);
    this.cursor.style.setProperty("--column", column);
    this.undo.disabled = !this.past.length;
    this.clear.disabled = !this.levels.some(Boolean);
    Object.assign(this.body.dataset, { drawn: "", levels: this.text() });
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new DigitPad(root));
}
