// A sheet that is zoomed and moved: fingers, wheel, buttons, keys. Without script the page's picture stands there.

const MOST = 12;

function open(viewer) {
  const stage = viewer.querySelector("[data-stage]");
  const sheet = viewer.querySelector("[data-sheet]");
  const place = viewer.querySelector("[data-place]");
  const pages = Number(viewer.dataset.pages);
  let page = Number(viewer.dataset.page);
  let scale = 1, x = 0, y = 0, fit = 1, isDetailed = false, asked = 0;
  const fingers = new Map();
  viewer.dataset.ready = "";
  viewer.querySelector("[data-zoom]").hidden = false;

  const address = (template) => template.replace("/pages/0/", `/pages/${page}/`);
  const size = () => ({ width: stage.clientWidth, height: stage.clientHeight });

  function draw() {
    const { width, height } = size();
    const wide = sheet.dataset.width * scale, high = sheet.dataset.height * scale;
    x = wide <= width ? (width - wide) / 2 : Math.min(0, Math.max(width - wide, x));
    y = high <= height ? (height - high) / 2 : Math.min(0, Math.max(height - high, y));
    sheet.style.width = `${wide}px`;
    sheet.style.transform = `translate(${x}px, ${y}px)`;
    viewer.dataset.scale = (scale / fit).toFixed(2);
    if (!isDetailed && wide * devicePixelRatio > sheet.dataset.width * 1.3) detail();
  }

  // The finer picture is fetched when somebody looks closely, and takes the place of the first when it is there.
  async function detail() {
    isDetailed = true;
    const mine = asked;
    const finer = new Image();
    finer.src = address(viewer.dataset.detail);
    try { await finer.decode(); } catch { return; }
    if (mine === asked) sheet.src = finer.src;
  }

  function toFit() {
    const { width, height } = size();
    fit = Math.min(width / sheet.dataset.width, height / sheet.dataset.height) || 1;
    scale = fit; x = 0; y = 0;
    draw();
  }

  function zoom(factor, atX = size().width / 2, atY = size().height / 2) {
    const next = Math.min(fit * MOST, Math.max(fit, scale * factor));
    x = atX - ((atX - x) * next) / scale;
    y = atY - ((atY - y) * next) / scale;
    scale = next;
    draw();
  }

  function loaded() {
    sheet.dataset.width = sheet.naturalWidth;
    sheet.dataset.height = sheet.naturalHeight;
    toFit();
  }

  async function turn(to) {
    if (to < 1 || to > pages || to === page) return;
    page = to; asked += 1; isDetailed = false;
    const mine = asked, next = new Image();
    next.src = address(viewer.dataset.url);
    if (place) place.textContent = `${page} / ${pages}`;
    try { await next.decode(); } catch { return; }
    if (mine !== asked) return;
    sheet.src = next.src;
    sheet.alt = sheet.alt.replace(/\d+$/, page);
    sheet.dataset.width = next.naturalWidth;
    sheet.dataset.height = next.naturalHeight;
    toFit();
  }

  const acts = { in: () => zoom(1.5), out: () => zoom(1 / 1.5), fit: toFit, back: () => turn(page - 1), next: () => turn(page + 1) };
  viewer.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act) { event.preventDefault(); acts[act](); }
  });

  stage.addEventListener("wheel", (event) => {
    if (event.ctrlKey || scale > fit || event.deltaY < 0) {
      event.preventDefault();
      const box = stage.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
    }
  }, { passive: false });

  const middle = () => {
    const points = [...fingers.values()], box = stage.getBoundingClientRect();
    const sum = points.reduce((total, point) => ({ x: total.x + point.x, y: total.y + point.y }), { x: 0, y: 0 });
    const apart = points.length < 2 ? 0 : Math.hypot(points[0].x - points[1].x, points[0].y - points[1].y);
    return { x: sum.x / points.length - box.left, y: sum.y / points.length - box.top, apart };
  };
  stage.addEventListener("pointerdown", (event) => {
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  stage.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = middle();
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const after = middle();
    x += after.x - before.x;
    y += after.y - before.y;
    if (before.apart && after.apart) zoom(after.apart / before.apart, after.x, after.y);
    else draw();
  });
  for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, (event) => fingers.delete(event.pointerId));
  stage.addEventListener("dblclick", (event) => {
    const box = stage.getBoundingClientRect();
    if (scale > fit * 1.5) toFit();
    else zoom(3, event.clientX - box.left, event.clientY - box.top);
  });

  stage.addEventListener("keydown", (event) => {
    const step = 80;
    const keys = {
      "+": acts.in, "=": acts.in, "-": acts.out, "0": toFit, PageUp: acts.back, PageDown: acts.next,
      ArrowLeft: () => { x += step; draw(); }, ArrowRight: () => { x -= step; draw(); },
      ArrowUp: () => { y += step; draw(); }, ArrowDown: () => { y -= step; draw(); },
    };
    if (keys[event.key] && !event.ctrlKey && !event.metaKey) { event.preventDefault(); keys[event.key](); }
  });

  new ResizeObserver(() => { if (sheet.dataset.width) toFit(); }).observe(stage);
  if (sheet.complete && sheet.naturalWidth) loaded();
  else sheet.addEventListener("load", loaded, { once: true });
}

for (const viewer of document.querySelectorAll("[data-viewer]")) open(viewer);
