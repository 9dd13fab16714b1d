// What pkg-prebuilds needs to find a shipped binary: prebuilds/aio_bind-<platform>-<arch>/...
module.exports = {
  name: 'aio_bind',
  napi_versions: [9],
};
