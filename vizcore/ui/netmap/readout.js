// The map one looks at, in words and enlarged, beside the picture with what its pixel sees.

const ENLARGED = 120;

class Readout {
  constructor(scene, open, close) {
    this.scene = scene;
    this.large = element("canvas", { "aria-hidden": "true" });
    this.picture = element("canvas", { role: "img", "aria-label": "The picture" });
    this.title = element("p", { class: "title" });
    this.facts = element("p", { class: "facts" });
    this.pixel = element("p", { class: "pixel" });
    this.openButton = element("button", { type: "button", onclick: open }, "Open this map");
    this.closeButton = element("button", { type: "button", onclick: close }, "Close the open map");
    const said = element("div", { class: "said" }, this.title, this.facts, this.pixel, element("div", { class: "buttons" }, this.openButton, this.closeButton));
    const pictureBox = element("figure", {}, element("figcaption", {}, "The picture"), this.picture);
    this.largeBox = element("figure", {}, element("figcaption", {}, "The map"), this.large);
    this.box = element("div", { class: "readout" }, pictureBox, this.largeBox, said);
  }

  get net() {
    return this.scene.net;
  }

  // ---- In words ----

  unit({ column, map }) {
    if (!column.place) return column.count === 3 ? `${CHANNELS[map]} channel` : `channel ${map + 1} of ${column.count}`;
    const name = column.classes[map];
    const noun = column.maps ? "map" : "number";
    return `${noun} ${readable(map + 1)} of ${readable(column.count)}${name === undefined ? "" : `, class ${name}`}`;
  }

  factsOf({ column, map }) {
    if (!column.sent) return "Too many numbers to be sent.";
    if (!column.maps) return `${column.kind === "softmax" ? "probability " : ""}${exact(this.net.value(column, map))}`;
    const [low, high] = column.ranges[map];
    return `${column.rows}×${column.columns}, from ${exact(low)} to ${exact(high)}`;
  }

  sourcesOf({ column, map }) {
    return column.sources.map((source) => {
      const before = this.net.columns[source.column];
      const read = this.net.read(column, map, source);
      if (!read.length) return `No map of ${before.name}: it is filled with zeros.`;
      const on = read.filter(({ map: one }) => this.scene.slot(before, one)).length;
      const noun = before.place ? (before.maps ? "map" : "number") : "channel";
      const which = read.length === 1 ? `${noun} ${readable(read[0].map + 1)}` : plural(read.length, noun).replace(/^\d+/, (n) => readable(Number(n)));
      const seen = on === read.length ? "" : on ? `, ${on} of them on the page in sight` : ", on another page";
      const by = column.kind === "norm" ? ", by batch normalisation" : "";
      return `From ${which} of ${before.name}${by}${seen}.`;
    });
  }

  pixelOf({ column, map, cell }) {
    if (!column.maps || cell === null || !column.sent) return "";
    const [row, at] = [Math.floor(cell / column.columns), cell % column.columns];
    const level = column.place ? "" : `level ${this.net.levels[cell * column.count + map]}, prepared `;
    const field = column.place ? this.net.field(column, cell) : null;
    const span = ([from, to], one) => (from === to ? `${one} ${from + 1}` : `${one}s ${from + 1} to ${to + 1}`);
    const sees = !field ? "" : field.every(([from, to]) => from <= to) ? ` It sees ${span(field[0], "row")}, ${span(field[1], "column")} of the picture.` : " It sees nothing but padding.";
    return `Row ${row + 1}, column ${at + 1}: ${level}${exact(this.net.value(column, map, cell))}.${sees}`;
  }

  // ---- On screen ----

  show(at, cursor, opened) {
    this.openButton.hidden = !cursor || same(cursor, opened);
    this.closeButton.hidden = !opened;
    this.drawPicture(at);
    this.largeBox.classList.toggle("none", !at?.column.maps);
    this.title.textContent = at ? `${at.node}, ${this.unit(at)}` : "Point at a map, tap it, or walk there with the arrow keys.";
    this.facts.textContent = at ? [`${this.factsOf(at)}.`.replace("..", "."), ...this.sourcesOf(at)].join(" ") : "Its sources and their edges light up; a click or Enter opens it.";
    this.pixel.textContent = at ? this.pixelOf(at) : "";
    if (at?.column.maps && at.column.sent) this.drawLarge(at);
  }

  zoomed(canvas, { rows, columns }) {
    const zoom = ENLARGED / Math.max(rows, columns);
    const side = zoom > 1 ? Math.floor(zoom) : zoom;
    return [sized(canvas, columns * side, rows * side), { x: 0, y: 0, wide: columns * side, tall: rows * side }];
  }

  drawLarge({ column, map, cell }) {
    const [context, box] = this.zoomed(this.large, column);
    pastePixels(context, this.scene.imageOf(column, map), 0, 0, box.wide, box.tall);
    if (cell !== null) mark(context, ...partOf(box, column, partAt(column, cell)));
  }

  drawPicture(at) {
    const input = this.net.columns[0];
    const field = at && at.cell !== null ? this.net.field(at.column, at.cell) : null;
    const what = JSON.stringify(field);
    if (what === this.seen && this.of === this.net) return;
    Object.assign(this, { seen: what, of: this.net });
    const [context, box] = this.zoomed(this.picture, input);
    pastePixels(context, photoOf(this.net.levels, input.rows, input.columns, input.count), 0, 0, box.wide, box.tall);
    if (field) mark(context, ...partOf(box, input, field));
  }
}
