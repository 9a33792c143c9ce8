/**
 * The base images of the dev environment, each made in one of two ways: the public image as it is,
 * or, where no public registry can be reached, a small file system from Debian's packages.
 */
export type Architecture = "amd64" | "arm64";

export const ARCHITECTURES: readonly Architecture[] = ["amd64", "arm64"];

/** How one image is made. */
export interface ImageRecipe {
  readonly name: string;
  readonly tag: string;
  readonly publicImage: string;
  readonly debian: DebianRecipe;
}

export interface DebianRecipe {
  /** `minbase` runs the packages' own set-up; `extract` only unpacks, so it works for any platform. */
  readonly variant: "minbase" | "extract";
  /** Packages for the architecture that the image is made for. */
  readonly packages: (architecture: Architecture) => readonly string[];
  /** Shell lines run with the file system's root in `$1`, on the machine itself. */
  readonly hooks: readonly string[];
  /** Dockerfile instructions, as `docker import --change` takes them. */
  readonly changes: readonly string[];
}

const PATH_CHANGE = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const NO_DOCUMENTATION = 'rm -rf "$1/usr/share/doc" "$1/usr/share/man" "$1/usr/share/locale"';
/** Unpacked only: accounts and links that the packages' own set-up would have made. */
const ACCOUNTS =
  'printf "root:x:0:0:root:/root:/bin/sh\\nnobody:x:65534:65534:nobody:/:/bin/false\\n" > "$1/etc/passwd"' +
  ' && printf "root:x:0:\\nnogroup:x:65534:\\n" > "$1/etc/group" && mkdir -p -m 1777 "$1/tmp"';
/** The official Python image lets pip install beside the system's packages, and has `python`. */
const PYTHON_LIKE_OFFICIAL =
  'rm -f "$1"/usr/lib/python3*/EXTERNALLY-MANAGED && ln -sf python3 "$1/usr/bin/python"';

/** Debian's own npm is several hundred packages; this is the one that comes with Node 20. */
const NPM = 'npm install --global --prefix "$1/usr/local" --no-audit --no-fund npm@10.8.2';

const CROSS_PACKAGES: Readonly<Record<Architecture, readonly string[]>> = {
  amd64: ["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross", "libstd-rust-dev:arm64"],
  arm64: ["gcc-x86-64-linux-gnu", "libc6-dev-amd64-cross", "libstd-rust-dev:amd64"],
};

export const RUST: ImageRecipe = {
  name: "rust",
  tag: "1.85",
  publicImage: "rust:1.85.1-bookworm",
  debian: {
    variant: "minbase",
    packages: (architecture) => [
      ...["rustc", "cargo", "gcc", "libc6-dev", "ca-certificates"],
      ...CROSS_PACKAGES[architecture],
    ],
    hooks: [NO_DOCUMENTATION],
    changes: [PATH_CHANGE],
  },
};

export const PYTHON: ImageRecipe = {
  name: "python",
  tag: "3.13",
  publicImage: "python:3.13-slim-bookworm",
  debian: {
    variant: "minbase",
    packages: () => ["python3", "python3-venv", "python3-pip", "ca-certificates"],
    hooks: [NO_DOCUMENTATION, PYTHON_LIKE_OFFICIAL],
    changes: [PATH_CHANGE, 'CMD ["python3"]'],
  },
};

export const NODE: ImageRecipe = {
  name: "node",
  tag: "20",
  publicImage: "node:20-bookworm-slim",
  debian: {
    variant: "minbase",
    packages: () => ["nodejs", "ca-certificates"],
    hooks: [NO_DOCUMENTATION, NPM],
    changes: [PATH_CHANGE, 'CMD ["node"]'],
  },
};

/** The same languages for the other platform: to run, not to build with. */
export const PYTHON_UNPACKED: ImageRecipe = {
  ...PYTHON,
  debian: {
    variant: "extract",
    packages: () => ["base-files", "dash", "coreutils", "python3", "ca-certificates"],
    hooks: [ACCOUNTS, NO_DOCUMENTATION, PYTHON_LIKE_OFFICIAL],
    changes: PYTHON.debian.changes,
  },
};

export const NODE_UNPACKED: ImageRecipe = {
  ...NODE,
  debian: {
    variant: "extract",
    packages: () => ["base-files", "dash", "coreutils", "nodejs", "ca-certificates"],
    hooks: [ACCOUNTS, NO_DOCUMENTATION],
    changes: NODE.debian.changes,
  },
};

/** As the official image: user haproxy (99), its configuration's path, SIGUSR1 to stop softly. */
export const HAPROXY: ImageRecipe = {
  name: "haproxy",
  tag: "3.0",
  publicImage: "haproxy:3.0-alpine",
  debian: {
    variant: "extract",
    packages: () => ["base-files", "dash", "haproxy", "busybox-static"],
    hooks: [
      ACCOUNTS,
      NO_DOCUMENTATION,
      'printf "haproxy:x:99:99:haproxy:/var/lib/haproxy:/bin/sh\\n" >> "$1/etc/passwd"',
      'printf "haproxy:x:99:\\n" >> "$1/etc/group"',
      // A switch is on every host: no Perl, no package manager, no systemd in its image.
      'rm -rf "$1"/usr/share/perl* "$1"/usr/lib/*/perl* "$1"/usr/bin/perl* "$1/var/lib/dpkg"',
      'rm -rf "$1"/usr/lib/systemd "$1"/usr/share/vim "$1"/usr/bin/dpkg* "$1"/usr/lib/apt',
      'for applet in $("$1/usr/bin/busybox" --list); do ' +
        '[ -e "$1/usr/bin/$applet" ] || [ -e "$1/usr/sbin/$applet" ] || ' +
        'ln -s busybox "$1/usr/bin/$applet"; done',
      'mkdir -p "$1/usr/local/etc/haproxy" "$1/usr/local/sbin" "$1/usr/local/bin" "$1/var/lib/haproxy"',
      'ln -sf /usr/sbin/haproxy "$1/usr/local/sbin/haproxy"',
      'chown -R 99:99 "$1/var/lib/haproxy"',
      'printf \'#!/bin/sh\\nset -e\\nif [ "${1#-}" != "$1" ]; then set -- haproxy "$@"; fi\\n' +
        'if [ "$1" = haproxy ]; then shift; set -- haproxy -W -db "$@"; fi\\nexec "$@"\\n\'' +
        ' > "$1/usr/local/bin/docker-entrypoint.sh" && chmod 755 "$1/usr/local/bin/docker-entrypoint.sh"',
    ],
    changes: [
      PATH_CHANGE,
      "USER haproxy",
      "WORKDIR /var/lib/haproxy",
      "STOPSIGNAL SIGUSR1",
      'ENTRYPOINT ["docker-entrypoint.sh"]',
      'CMD ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]',
    ],
  },
};

export const BUSYBOX: ImageRecipe = {
  name: "busybox",
  tag: "1",
  publicImage: "busybox:1",
  debian: {
    variant: "extract",
    packages: () => ["busybox-static"],
    hooks: [
      ACCOUNTS,
      NO_DOCUMENTATION,
      "for applet in sh cat echo env false grep head httpd id kill ls mkdir nc ps rm sed sleep " +
        'sync tail test touch trap true wc wget; do [ -e "$1/usr/bin/$applet" ] || ' +
        'ln -s busybox "$1/usr/bin/$applet"; done',
      '[ -e "$1/bin" ] || ln -s usr/bin "$1/bin"',
    ],
    changes: [PATH_CHANGE, 'CMD ["sh"]'],
  },
};

/** The registry itself; its settings come from the dev environment, not from the package. */
export const REGISTRY: ImageRecipe = {
  name: "registry",
  tag: "3",
  publicImage: "registry:3",
  debian: {
    variant: "extract",
    packages: () => ["base-files", "docker-registry"],
    hooks: [NO_DOCUMENTATION, 'ln -sf docker-registry "$1/usr/bin/registry"'],
    changes: [PATH_CHANGE, 'ENTRYPOINT ["registry"]'],
  },
};
