/*
 * Who is inside already, or only wants to listen, connects and says hello while the page still loads; start.js takes the connection over
 * with what came by it. Plain old script, because it stands in the page itself and runs before everything.
 */
(function () {
  var coarse = matchMedia('(pointer: coarse)').matches;
  var side = Math.min(screen.width, screen.height);
  var early = { device: coarse && side < 600 ? 'phone' : coarse && side < 1100 ? 'tablet' : 'desktop', begun: undefined };
  window.salaEarly = early;
  try {
    var slug = location.pathname.split('/')[2];
    var key = 'sala.room.' + slug;
    var memory = JSON.parse(sessionStorage.getItem(key) || '{}');
    if (!memory.inside && location.hash !== '#listen') return;
    if (!memory.tab) {
      memory.tab = Array.from(crypto.getRandomValues(new Uint8Array(12)), function (byte) { return byte.toString(16).padStart(2, '0'); }).join('');
      sessionStorage.setItem(key, JSON.stringify(memory));
    }
    var socket = new WebSocket(location.origin.replace(/^http/, 'ws') + '/ws/room/' + slug);
    var begun = { socket: socket, saidHello: false, heard: [] };
    var hello = { type: 'hello', device: early.device, tab: memory.tab, since: null, session: memory.session || null, transport: null };
    socket.onopen = function () { begun.saidHello = true; socket.send(JSON.stringify(hello)); };
    socket.onmessage = function (event) { begun.heard.push(String(event.data)); };
    early.begun = begun;
  } catch (error) { /* start.js opens a connection itself */ }
})();
