// Scrolls to a part of the page, as soon as it is there, unless its beginning is in sight already.

const HIGH_ENOUGH = 0.4; // of the window, from its top
const LEAST = 100; // CSS pixels of what is not empty any more
const PATIENT = 5000; // milliseconds

const numbers = new WeakMap();

function bring(name, until) {
  const target = document.querySelector(`.st-key-${name}`);
  const { top, height } = target?.getBoundingClientRect() ?? { height: 0 };
  if (height < LEAST) {
    if (performance.now() < until) requestAnimationFrame(() => bring(name, until));
    return;
  }
  if (top > 0 && top < HIGH_ENOUGH * window.innerHeight) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  target.style.scrollMarginTop = "20vh";
  target.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
}

export default function ({ data, parentElement }) {
  const before = numbers.get(parentElement);
  numbers.set(parentElement, data.number);
  if (before !== undefined && before !== data.number) bring(data.target, performance.now() + PATIENT);
}
