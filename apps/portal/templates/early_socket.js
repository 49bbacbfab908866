/* Who is inside already, or only wants to listen, connects while the page still loads; room.js takes the socket over. */
(function () {
  try {
    var slug = location.pathname.split('/')[2];
    var inside = JSON.parse(sessionStorage.getItem('sala.room.' + slug) || '{}').inside;
    if (inside || location.hash === '#listen') window.salaSocket = new WebSocket(location.origin.replace(/^http/, 'ws') + '/ws/room/' + slug);
  } catch (error) { /* room.js opens one itself */ }
})();
