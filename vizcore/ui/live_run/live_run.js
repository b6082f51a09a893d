// How far runs are; and the newest points for a Plotly chart beside it, which need not be made anew.

const AXES = ["xaxis", "yaxis", "yaxis2"];
const AGAIN = 100;

class LiveRun {
  constructor(root) {
    this.body = element("div", { class: "frame" });
    this.bars = [];
    root.append(this.body);
  }

  update({ data }) {
    if (data.bars.length !== this.bars.length) {
      this.bars = data.bars.map(() => new Bar());
      this.body.replaceChildren(...this.bars.map((bar) => bar.box));
    }
    data.bars.forEach((told, i) => this.bars[i].show(told));
    this.body.dataset.drawn = "";
    this.data = data;
    this.feed();
  }

  // The chart's code may still be on its way.
  feed() {
    clearTimeout(this.timer);
    if (!this.data.chart) return;
    const chart = document.querySelector(`.st-key-${CSS.escape(this.data.chart)} .js-plotly-plot`);
    if (!window.Plotly || chart?.data?.length !== this.data.x.length) {
      this.timer = setTimeout(() => this.feed(), AGAIN);
      return;
    }
    const { x, y, ranges } = this.data;
    const stamp = JSON.stringify([x, y, ranges]);
    if (chart.dataset.fed === stamp) return;
    chart.dataset.fed = stamp;
    // Every panel has its own axis of epochs, and Plotly keeps the ones that match alike.
    const ends = Object.fromEntries(ranges.map((range, i) => [`${AXES[i]}.range`, range]));
    window.Plotly.update(chart, { x, y }, ends);
  }

  destroy() {
    clearTimeout(this.timer);
  }
}

class Bar {
  constructor() {
    this.fill = element("span", {});
    this.bar = element("div", { class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 }, this.fill);
    this.told = element("p", { class: "told" });
    this.figures = element("p", { class: "figures" });
    this.box = element("div", { class: "run numbers" }, this.told, this.bar, this.figures);
  }

  show({ name, share, told, figures }) {
    this.told.textContent = name ? `${name}: ${told}` : told;
    this.figures.textContent = figures;
    this.bar.hidden = share === null;
    if (share === null) return;
    const cent = Math.floor(100 * share);
    this.fill.style.width = `${100 * share}%`;
    this.bar.setAttribute("aria-label", name ? `How far ${name} is` : "How far the run is");
    this.bar.setAttribute("aria-valuenow", cent);
    this.bar.setAttribute("aria-valuetext", `${cent}%: ${told}`);
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new LiveRun(root));
}
