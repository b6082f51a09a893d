// What every component shares: numbers as people read them, the colour scales, the blob's parts.

const MINUS = "\u2212";

function readable(value, digits = 2) {
  const text = Number(value.toFixed(digits)).toLocaleString("en-US", { maximumFractionDigits: digits });
  return text === "-0" ? "0" : text.replace("-", MINUS);
}

// What decimals would make too long: 4.2·10⁻⁷.
function powerOfTen(value, figures = 2) {
  const [digits, power] = value.toExponential(figures - 1).split("e");
  return `${readable(Number(digits), figures - 1)}·10${raised(Number(power))}`;
}

function raised(power) {
  return Array.from(String(power), (one) => (one === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[one])).join("");
}

// The twin of vizcore.ui.numbers.parse_number.
function parseNumber(text) {
  const plain = "[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)";
  const quoted = `\u201c${text.length > 40 ? `${text.slice(0, 40)}\u2026` : text}\u201d`;
  const normal = text.replace(/\s+/g, "").replace(/\u2212/g, "-").replace(/,/g, ".");
  const match = normal.match(new RegExp(`^(${plain})(?:/(${plain}))?$`));
  if (!match) return { problem: `${quoted} is not a number. Type something like 3, ${MINUS}0.5 or 1/9.` };
  const value = Number(match[1]) / Number(match[2] ?? 1);
  if (match[2] !== undefined && Number(match[2]) === 0)
    return { problem: `${quoted} divides by zero. Type something like 3, ${MINUS}0.5 or 1/9.` };
  if (!(Math.abs(value) <= 1e6))
    return { problem: `${quoted} is too large: numbers up to \u00b11,000,000 fit here.` };
  return { value, text: normal };
}

function channels(hex) {
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

const SCALES = {
  response: COLOURS.responseRamp.map(channels),
  weight: COLOURS.weightRamp.map(channels),
};

function colourAt(scale, value, limit) {
  const share = limit > 0 ? Math.max(-1, Math.min(1, value / limit)) : 0;
  const place = ((share + 1) / 2) * (scale.length - 1);
  const low = Math.min(Math.floor(place), scale.length - 2);
  return scale[low].map((a, i) => Math.round(a + (scale[low + 1][i] - a) * (place - low)));
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const DARK_INK = luminance(channels(COLOURS.inkOnLight));

function inkOn(rgb) {
  const level = luminance(rgb);
  return (level + 0.05) / (DARK_INK + 0.05) >= 1.05 / (level + 0.05) ? COLOURS.inkOnLight : COLOURS.inkOnDark;
}

function paint(cell, rgb) {
  cell.style.background = `rgb(${rgb.join(",")})`;
  cell.style.color = inkOn(rgb);
}

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

// A node of a drawing.
function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function unpack(blob) {
  const bytes = new Uint8Array(blob.buffer ?? blob, blob.byteOffset ?? 0, blob.byteLength);
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  let start = 4 + size;
  const parts = header.parts.map((length) => bytes.subarray(start, (start += length)));
  return { header, parts };
}

// Streamlit runs a component's default export again at every rerun. The instance is made once for
// each place on the page and told the new arguments from then on.
function mountOnce(instances, component, create) {
  let instance = instances.get(component.parentElement);
  if (!instance) {
    instance = create(component.parentElement);
    instances.set(component.parentElement, instance);
  }
  instance.update(component);
  return () => {
    // Streamlit cleans up after a call that a newer one overtook, too: then the place remains.
    if (component.parentElement.isConnected) return;
    instance.destroy?.();
    instances.delete(component.parentElement);
  };
}

// The place one looks at is kept in the address, as at=row_column[_channel], without the server.
function readAt() {
  const text = new URL(window.location.href).searchParams.get("at");
  return /^\d{1,5}(_\d{1,5}){1,2}$/.test(text ?? "") ? text.split("_").map(Number) : null;
}

function writeAt(numbers) {
  const url = new URL(window.location.href);
  url.searchParams.set("at", numbers.join("_"));
  if (url.href !== window.location.href) window.history.replaceState(window.history.state, "", url);
}

// The server knows nothing of it and rewrites the address without: put it back, until stopped.
function keepAt(numbers) {
  const page = window.location.pathname;
  const putBack = () => {
    const at = window.location.pathname === page && numbers();
    if (at) writeAt(at);
  };
  window.navigation?.addEventListener("currententrychange", putBack);
  return () => window.navigation?.removeEventListener("currententrychange", putBack);
}

// A photo's grey levels, from black at 0; what is negative has no grey and stays black.
const GREY = [[0, 0, 0], [0, 0, 0], [255, 255, 255]];

function legend(name, scale, limit) {
  const grey = scale === GREY;
  const colours = (grey ? scale.slice(1) : scale).map((rgb) => `rgb(${rgb.join(",")})`).join(",");
  const bar = element("span", { class: "scale" });
  bar.style.background = `linear-gradient(90deg, ${colours})`;
  const end = limit && (limit < 0.01 || limit >= 1e6) ? powerOfTen(limit) : readable(limit, limit < 10 ? 2 : 0);
  const ends = [grey ? "0" : `${MINUS}${end}`, end].map((text) => element("span", {}, text));
  return element("div", { class: "legend numbers" }, element("span", {}, name), ends[0], bar, ends[1]);
}

// A screen's pixel: +1 is lit, −1 dark.
function pixelColour(value) {
  return value > 0 ? [255, 255, 255] : [34, 38, 44];
}

// Two rows of two cells under a caption.
function quad(caption, cells) {
  const box = element("div", { class: "quad numbers" }, ...cells);
  return element("figure", {}, element("figcaption", {}, caption), box);
}

// A 2×2 grid of signs as small as a word.
function thumbnail(signs, colour) {
  const box = element("span", { class: "thumbnail", "aria-hidden": "true" });
  for (const value of signs) {
    const cell = element("span", {}, value > 0 ? "+" : MINUS);
    paint(cell, colour(value));
    box.append(cell);
  }
  return box;
}

// A link to another page of the app. A plain click keeps the session, as Streamlit's own links do:
// the address changes as it does when one goes back in the history, which Streamlit follows.
function innerLink(href, attributes, ...children) {
  const link = element("a", { href, ...attributes }, ...children);
  link.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    window.history.pushState({}, "", link.href);
    window.dispatchEvent(new PopStateEvent("popstate"));
  });
  return link;
}

// What one presses to play something, in pictures that need no words.
const ICONS = {
  play: "M7 4v16l13-8z",
  pause: "M6 4h4v16H6zM14 4h4v16h-4z",
  next: "M5 4v16l10-8zM16 4h3v16h-3z",
  previous: "M19 4v16L9 12zM5 4h3v16H5z",
  last: "M3 4v16l8-8zM11 4v16l8-8zM19 4h3v16h-3z",
  first: "M21 4v16l-8-8zM13 4v16l-8-8zM2 4h3v16H2z",
};

function icon(name) {
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}

function showIcon(button, name, label) {
  button.replaceChildren(icon(name));
  button.setAttribute("aria-label", label);
  button.title = label;
}

function iconButton(name, label, act) {
  const button = element("button", { type: "button", onclick: act });
  showIcon(button, name, label);
  return button;
}

const PLAY = ["play", "Play (space)"];
const PAUSE = ["pause", "Pause (space)"];
