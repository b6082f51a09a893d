// Numbers in a grid, each a cell in its colour; and a calculation written as a chain of steps.
const LARGEST_CELL = 48;
const SMALLEST_CELL = 22;
const SMALLEST_TYPE = 11;
const DIGIT = 0.58; // of the type's size
const MOST_CELLS = 225; // of a grid; a larger one is painted as a plate

// As a sentence has it, without commas: a cell is narrow.
function inCell(value, digits = 2) {
  return Math.abs(value) >= 1e5 ? powerOfTen(value, 1) : readable(value, digits).replaceAll(",", "");
}

// As many digits as a calculation on the board has: three decimals, or two figures that count.
function rounded(value) {
  const size = Math.abs(value);
  if (isLong(size)) return Number(value.toPrecision(2));
  return Number(value.toFixed(size >= 100 ? 1 : size < 0.01 ? 4 : 3));
}

function short(value) {
  if (!Number.isFinite(value)) return exact(value);
  const number = rounded(value);
  return isLong(Math.abs(number)) ? powerOfTen(number) : readable(number, 4);
}

// What stands between a calculation and its result, the one worked out from the digits on screen:
// where they give another result, it is no "=".
function gives(calculated, result, write = short) {
  return `${write(calculated) === write(result) ? "=" : "\u2248"} ${write(result)}`;
}

function largestOf(values) {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}

function bracketed(value) {
  const text = short(value);
  return text.startsWith(MINUS) ? `(${text})` : text;
}

// 0.5 + 0.25 − 0.125, with a word behind each where there is one.
function summed(terms) {
  return terms
    .map(([value, word = ""], i) => {
      const text = short(i ? Math.abs(value) : value);
      const sign = i ? (value < 0 ? ` ${MINUS} ` : " + ") : "";
      return `${sign}${text}${word && ` (${word})`}`;
    })
    .join("");
}

// The same and what it comes to.
function equation(terms, result) {
  return `${summed(terms)} ${gives(terms.reduce((sum, [value]) => sum + rounded(value), 0), result)}`;
}

function timesInWords(value, weight, product) {
  return `${short(value)} · ${bracketed(weight)} ${gives(rounded(value) * rounded(weight), product)}`;
}

// `look` is told the cell under the pointer, or −1.
class Cells {
  constructor({ rows, columns, caption, scale = SCALES.response, look }) {
    Object.assign(this, { rows, columns, scale });
    this.cells = Array.from({ length: rows * columns }, (_, i) => element("span", look && { onpointerenter: () => look(i), onpointerleave: () => look(-1) }));
    this.box = element("div", { class: "cells numbers", role: "img" }, ...this.cells);
    this.box.style.gridTemplateColumns = `repeat(${columns}, var(--cell))`;
    this.caption = element("figcaption", {}, caption);
    this.figure = element("figure", {}, this.caption, this.box);
  }

  // `padding` says of each cell whether it lies outside the map; `winner` is the one that counts.
  write(values, limit, { padding = [], winner = -1 } = {}) {
    this.cells.forEach((cell, i) => {
      const text = inCell(values[i], this.digits);
      const type = this.typeFor(Math.max(this.letters, text.length));
      cell.textContent = type >= SMALLEST_TYPE ? text : "";
      cell.style.fontSize = `${type}px`;
      cell.title = padding[i] ? "outside the map: padding" : exact(values[i]);
      cell.classList.toggle("padding", Boolean(padding[i]));
      cell.classList.toggle("winner", i === winner);
      if (padding[i]) cell.style.background = cell.style.color = "";
      else paint(cell, colourAt(this.scale, values[i], limit));
    });
    this.box.setAttribute("aria-label", `${this.caption.textContent}: ${Array.from(values, (one) => readable(one)).join(", ")}`);
  }

  // The cell that is looked at here or in a grid beside this one.
  link(i) {
    this.cells.forEach((cell, k) => cell.classList.toggle("term", k === i));
  }

  // As large as fits; type as large as the cells allow, and none where it would be too small.
  fit(room) {
    this.cell = Math.max(SMALLEST_CELL, Math.min(LARGEST_CELL, Math.floor(room / this.columns) - 2));
    this.box.style.setProperty("--cell", `${this.cell}px`);
    this.digits = this.typeFor(5) >= SMALLEST_TYPE ? 2 : 1;
    this.letters = this.digits === 2 ? 5 : 4;
  }

  typeFor(letters) {
    return Math.min(16, Math.floor((this.cell - 2) / (letters * DIGIT)));
  }
}

// The same for more numbers than can be written: a picture of them.
class ManyCells {
  constructor({ rows, columns, caption, scale = SCALES.response }) {
    this.plate = new Plate();
    Object.assign(this, { rows, columns, scale });
    this.caption = element("figcaption", {}, caption);
    this.figure = element("figure", {}, this.caption, this.plate.stack);
  }

  write(values, limit, { padding = [], winner = -1 } = {}) {
    const { rows, columns, scale } = this;
    const paints = scale === SCALES.weight ? PAINTS.weight : PAINTS.response;
    const seen = Float32Array.from(values, (value, i) => (padding[i] ? NaN : value));
    this.plate.use({ rows, columns, values: seen, limit, scale, paints }).draw(this.side);
    this.plate.show(winner < 0 ? [] : [{ row: Math.floor(winner / columns), column: winner % columns }]);
  }

  link() {}

  fit(room) {
    this.side = Math.max(64, Math.min(180, room));
  }
}

function cellsFor(settings) {
  return settings.rows * settings.columns > MOST_CELLS ? new ManyCells(settings) : new Cells(settings);
}

function sign(text) {
  return element("span", { class: "sign", "aria-hidden": "true" }, text);
}

// Each step says what is done and what comes of it, and what comes of it by the digits on screen
// where that may be another number: [what, result, calculated].
function chain(steps) {
  const about = (result, calculated = result) => gives(calculated, result).replace("= ", "");
  const items = steps.map(([what, ...results]) => element("li", {}, element("span", {}, what), element("output", {}, about(...results))));
  return element("ol", { class: "chain numbers" }, ...items);
}
