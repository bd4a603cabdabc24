"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const find = (id) => document.getElementById(id);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);

function numbers(text, Kind) {
  return new Kind(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
}

// Times on the page count from the first frame.
const seconds = (text) => numbers(text, Float64Array).map((t) => t - data.start);

// The last of `times` that is not after t, and how far t is on the way to the next.
function place(times, t) {
  let low = 0, high = times.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle] <= t + 1e-9) low = middle; else high = middle - 1;
  }
  const gap = low + 1 < times.length ? times[low + 1] - times[low] : 0;
  return [low, gap > 0 ? Math.min(1, Math.max(0, (t - times[low]) / gap)) : 0];
}

const GAP = -32768;
// Value c of row i of a track whose rows are packed in 16 bits; NaN where there is none.
function value(track, width, i, c, part) {
  const scale = track.scale[c % track.scale.length], middle = track.middle[c % track.middle.length];
  const now = track.rows[i * width + c];
  const next = part > 0 ? track.rows[(i + 1) * width + c] : now;
  if (now === GAP || next === GAP) return NaN;
  return middle + scale * (now + part * (next - now));
}

// Each drawer makes a canvas for track k, and a function that draws it at time t.
const drawers = {
  pictures(track, canvas) {
    [canvas.width, canvas.height] = data.size;
    canvas.className = "pictures";
    const context = canvas.getContext("2d");
    const sheets = track.sheets.map((uri) => {
      const image = new Image();
      image.onload = () => show();
      image.src = uri;
      return image;
    });
    return (t) => {
      const [i] = place(track.times, t), sheet = sheets[Math.floor(i / track.each)];
      const [w, h] = data.size, at = i % track.each;
      if (!sheet.complete) return;
      context.clearRect(0, 0, w, h);
      context.drawImage(
        sheet, (at % track.columns) * w, Math.floor(at / track.columns) * h, w, h, 0, 0, w, h);
    };
  },

  joints(track, canvas, ink) {
    track.rows = numbers(track.data, Int16Array);
    canvas.className = "joints";
    const joints = data.parents.length, view = room();
    return (t) => {
      const [context, width, height] = sized(canvas, data.tracks.length > 1 ? 0.75 : 0.5);
      const [i, part] = place(track.times, t);
      const turn = find("turn").value * Math.PI / 180;
      const side = (x, z) => x * Math.cos(turn) - z * Math.sin(turn);
      const at = (j) => [0, 1, 2].map((a) => value(track, 3 * joints, i, 3 * j + a, part));
      // A figure is followed; points are seen from where all of them fit.
      const follow = data.kind === "figure", [rootX, , rootZ] = at(0);
      const centre = follow && rootX === rootX ? side(rootX, rootZ) : side(view.x, view.z);
      const zoom = 0.9 * Math.min(width / (follow ? view.height : view.across), height / view.height);
      const points = [];
      for (let j = 0; j < joints; j++) {
        const [x, y, z] = at(j);
        points.push([width / 2 + zoom * (side(x, z) - centre), height / 2 - zoom * (y - view.y)]);
      }
      context.strokeStyle = colour("line");
      const floor = height / 2 + zoom * view.height / 2, mark = view.height / 4;
      line(context, [[0, floor], [width, floor]]);
      const reach = width / 2 / zoom;
      for (let k = Math.ceil((centre - reach) / mark); k * mark < centre + reach; k++) {
        const x = width / 2 + zoom * (k * mark - centre);
        line(context, [[x, floor], [x, floor + 5]]);
      }
      context.strokeStyle = context.fillStyle = ink;
      context.lineWidth = 3;
      context.lineCap = "round";
      data.parents.forEach((parent, j) => {
        if (parent >= 0) line(context, [points[parent], points[j]]);
        else if (joints < 2 || data.kind === "points") context.fillRect(points[j][0] - 1.5, points[j][1] - 1.5, 3, 3);
      });
    };
  },

  curves(track, canvas) {
    const tracks = data.tracks, count = data.names.length;
    for (const one of tracks) one.rows = numbers(one.data, Int16Array);
    return (t) => {
      const row = 76, [context, width, height] = sized(canvas, 0, row * count);
      data.names.forEach((name, c) => {
        const tops = tracks.map((one) => one.middle[c] + 32766 * one.scale[c]);
        const lows = tracks.map((one) => one.middle[c] - 32766 * one.scale[c]);
        const top = Math.max(...tops), low = Math.min(...lows), y0 = c * row + 18, tall = row - 24;
        const x = (s) => data.span > 0 ? s / data.span * width : width / 2;
        const y = (v) => top > low ? y0 + tall * (top - v) / (top - low) : y0 + tall / 2;
        [...tracks].reverse().forEach((one) => {
          const first = one === tracks[0];
          context.strokeStyle = colour(first ? "decoded" : "original");
          context.lineWidth = first ? 1.5 : 3;
          line(context, Array.from(one.times, (s, i) => [x(s), y(value(one, count, i, c, 0))]));
        });
        const [i, part] = place(track.times, t), now = value(track, count, i, c, part);
        context.fillStyle = colour("decoded");
        if (now === now) context.fillRect(x(t) - 3, y(now) - 3, 6, 6);
        context.fillStyle = colour("faint");
        context.font = "12px system-ui, sans-serif";
        context.fillText(`${name}  ${now === now ? now.toPrecision(5) : "gap"}`, 4, y0 - 5);
      });
      context.strokeStyle = colour("ink");
      context.lineWidth = 1;
      const at = data.span > 0 ? t / data.span * width : width / 2;
      line(context, [[at, 0], [at, height]]);
    };
  },
};
drawers.figure = drawers.points = drawers.joints;

// A stroke through points; a NaN parts it.
function line(context, points) {
  context.beginPath();
  let drawn = false;
  for (const [x, y] of points) {
    if (x !== x || y !== y) drawn = false;
    else if (drawn) context.lineTo(x, y);
    else { context.moveTo(x, y); drawn = true; }
  }
  context.stroke();
}

// A canvas as sharp as the screen, cleared: its context, width and height.
function sized(canvas, ratio, tall) {
  const sharp = window.devicePixelRatio || 1, width = canvas.clientWidth || 300;
  const height = tall || Math.round(width * ratio), context = canvas.getContext("2d");
  if (canvas.width !== Math.round(width * sharp) || canvas.height !== Math.round(height * sharp)) {
    canvas.width = Math.round(width * sharp);
    canvas.height = Math.round(height * sharp);
    canvas.style.height = `${height}px`;
  }
  context.setTransform(sharp, 0, 0, sharp, 0, 0);
  context.clearRect(0, 0, width, height);
  return [context, width, height];
}

// The room that all joints of all tracks move in.
function room() {
  const low = [0, 1, 2].map((a) => Math.min(...data.tracks.map((t) => t.middle[a] - 32766 * t.scale[a])));
  const high = [0, 1, 2].map((a) => Math.max(...data.tracks.map((t) => t.middle[a] + 32766 * t.scale[a])));
  const [x, y, z] = low.map((one, a) => (one + high[a]) / 2);
  const across = Math.hypot(high[0] - low[0], high[2] - low[2]) || 1;
  return { x, y, z, across, height: high[1] - low[1] || across };
}

const SVG = "http://www.w3.org/2000/svg", heads = [];
// A strip below the scrubber, of width 1000, with a line where time is.
function lane(words, height, draw) {
  const svg = document.createElementNS(SVG, "svg"), label = document.createElement("p");
  svg.setAttribute("viewBox", `0 0 1000 ${height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", words);
  svg.style.height = `${height}px`;
  label.textContent = words;
  const path = (kind, d) => {
    const made = document.createElementNS(SVG, "path");
    made.setAttribute("class", kind);
    made.setAttribute("d", d);
    svg.append(made);
    return made;
  };
  draw(path);
  heads.push(path("head", `M0 0V${height}`));
  find("lanes").append(label, svg);
}

const across = (t) => data.span > 0 ? 1000 * t / data.span : 500;
function lanes() {
  if (data.knots !== null) {
    const knots = seconds(data.knots);
    lane(`${knots.length} knots`, 14, (path) =>
      path("knot", Array.from(knots, (t) => `M${across(t).toFixed(2)} 1V13`).join("")));
  }
  if (data.error === null) return;
  const times = seconds(data.error.times), mean = numbers(data.error.mean, Float64Array);
  const largest = numbers(data.error.largest, Float64Array), found = Math.max(0, ...largest);
  const words = `error of ${data.error.words}: mean, and largest as a line, up to ${found.toPrecision(3)}`;
  const most = found || 1;
  lane(words, 60, (path) => {
    const points = (all) => Array.from(all, (v, i) => `${across(times[i]).toFixed(2)} ${(59 - 58 * v / most).toFixed(2)}`);
    path("mean", `M${across(times[0])} 59L${points(mean).join("L")}L${across(times[times.length - 1])} 59Z`);
    path("largest", `M${points(largest).join("L")}`);
  });
}

const draws = data.tracks.map((track, k) => {
  track.times = seconds(track.times);
  return track;
}).filter((track, k) => data.kind !== "curves" || k === 0).map((track, k) => {
  const figure = document.createElement("figure"), caption = document.createElement("figcaption");
  const canvas = document.createElement("canvas");
  const both = data.kind === "curves" && data.tracks.length > 1;
  caption.textContent = both ? "decoded, in front of the original" : data.labels[k];
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${caption.textContent}: ${data.kind}`);
  figure.append(canvas, caption);
  find("stage").append(figure);
  return drawers[data.kind](track, canvas, colour(k ? "original" : "decoded"));
});

let now = 0, playing = false, before = 0;
function show() {
  for (const draw of draws) draw(now);
  for (const head of heads) head.setAttribute("transform", `translate(${across(now)} 0)`);
  const words = `${now.toFixed(3)} of ${data.span.toFixed(3)} s`;
  find("clock").textContent = words;
  find("scrub").value = now;
  find("scrub").setAttribute("aria-valuetext", words);
}

function step(stamp) {
  if (!playing) return;
  now += (stamp - before) / 1000 * find("speed").value;
  before = stamp;
  if (now >= data.span) now = data.span > 0 ? now % data.span : 0;
  show();
  requestAnimationFrame(step);
}

function play(on) {
  playing = on;
  find("play").textContent = on ? "Pause" : "Play";
  find("play").setAttribute("aria-pressed", on);
  before = performance.now();
  if (on) requestAnimationFrame(step);
}

find("play").addEventListener("click", () => play(!playing));
find("scrub").max = data.span;
find("scrub").addEventListener("input", (event) => { now = Number(event.target.value); show(); });
find("turn").addEventListener("input", show);
find("turning").hidden = drawers[data.kind] !== drawers.joints;
document.addEventListener("keydown", (event) => {
  if (event.key === " " && event.target === document.body) { event.preventDefault(); play(!playing); }
});
document.querySelectorAll("canvas.joints").forEach((canvas) => {
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    const turned = Number(find("turn").value) + event.movementX / 2;
    find("turn").value = ((turned + 540) % 360) - 180;
    show();
  });
});
addEventListener("resize", show);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => location.reload());
lanes();
show();
