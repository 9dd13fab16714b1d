// How openat2 walks a path: the `resolve` of its `how` (linux/openat2.h).

/** Mount points are not crossed (EXDEV). Linux 5.6. */
export const RESOLVE_NO_XDEV = 0x01;
/** Links of /proc that jump somewhere else are not followed (ELOOP). Linux 5.6. */
export const RESOLVE_NO_MAGICLINKS = 0x02;
/** No symbolic links are followed, at the end or before (ELOOP). Linux 5.6. */
export const RESOLVE_NO_SYMLINKS = 0x04;
/** The path must stay below `dirfd` all the way (EXDEV). Linux 5.6. */
export const RESOLVE_BENEATH = 0x08;
/** `dirfd` is the root of the path, for `/`, `..` and symbolic links. Linux 5.6. */
export const RESOLVE_IN_ROOT = 0x10;
/** Only what the directory cache has is opened; what would wait for a device is refused (EAGAIN). Linux 5.12. */
export const RESOLVE_CACHED = 0x20;
