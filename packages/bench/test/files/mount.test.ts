import { describe, expect, it } from 'vitest';
import { findMount } from '../../src/files/mount.js';

const MOUNTINFO = [
  '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
  '23 22 0:21 / /proc rw,nosuid - proc proc rw',
  '24 22 0:22 / /tmp rw shared:5 master:1 - tmpfs tmpfs rw,size=1g',
  String.raw`25 22 8:2 / /mnt/my\040disk rw - xfs /dev/sdb1 rw`,
  '26 24 8:3 / /tmp rw - btrfs /dev/sdc1 rw',
  '',
].join('\n');

describe('findMount', () => {
  it.each([
    ['/', 'ext4', '/dev/sda1'],
    ['/home/me', 'ext4', '/dev/sda1'],
    ['/proc', 'proc', 'proc'],
    ['/process', 'ext4', '/dev/sda1'],
    ['/mnt/my disk/files', 'xfs', '/dev/sdb1'],
    // The later of two mounts on one point hides the earlier.
    ['/tmp/x', 'btrfs', '/dev/sdc1'],
  ])('finds that %j lies on %s (%s)', (path, fileSystem, device) => {
    expect(findMount(MOUNTINFO, path)).toEqual({ fileSystem, device });
  });

  it('says where it does not know', () => {
    expect(findMount('', '/')).toEqual({ fileSystem: 'unknown', device: 'unknown' });
  });
});
