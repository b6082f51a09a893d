// Keeps what a network map draws in the page, until its element holds something else.

const shelf = (window.vizcoreNetmaps ??= { kept: new Map(), waiting: new Set() });

export default function (component) {
  const place = component.parentElement;
  const { header, parts } = unpack(component.data);
  if (shelf.kept.get(place)?.header.stamp !== header.stamp) {
    shelf.kept.set(place, { header, parts: parts.map(aligned) });
    shelf.waiting.forEach((wake) => wake());
  }
  return () => place.isConnected || shelf.kept.delete(place);
}

// A blob's numbers need not begin where numbers can be read in place.
function aligned(bytes) {
  return bytes.slice().buffer;
}
