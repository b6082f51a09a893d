// Keeps what a network map draws in the page, by its stamp, until the map asks for it.

const shelf = (window.vizcoreNetmaps ??= { kept: new Map(), waiting: new Set() });
const LARGEST_SHELF = 6;

export default function (component) {
  const { header, parts } = unpack(component.data);
  const known = shelf.kept.get(header.stamp);
  // What was asked for last stays longest.
  shelf.kept.delete(header.stamp);
  shelf.kept.set(header.stamp, known ?? { header, parts: parts.map(aligned) });
  if (shelf.kept.size > LARGEST_SHELF) shelf.kept.delete(shelf.kept.keys().next().value);
  if (!known) shelf.waiting.forEach((wake) => wake());
}

// A blob's numbers need not begin where numbers can be read in place.
function aligned(bytes) {
  return bytes.slice().buffer;
}
