/**
 * A program for an image with nothing else in it: without an argument it waits for its end, with one
 * (the health check) it succeeds. A few instructions and the header that Linux wants around them.
 */
const CODE: Readonly<Record<string, { readonly machine: number; readonly code: Buffer }>> = {
  // cmp qword [rsp], 1; jg +9; mov eax, 34 (pause); syscall; jmp -9; xor edi, edi; mov eax, 60; syscall
  x64: {
    machine: 62,
    code: Buffer.from("48833c24017f09b8220000000f05ebf731ffb83c0000000f05", "hex"),
  },
  arm64: {
    machine: 183,
    code: words(
      ...[0xf94003e0, 0xf100041f, 0x5400012c], // ldr x0, [sp]; cmp x0, #1; b.gt the last three
      ...[0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800004], // mov x0 to x4, #0
      ...[0xd2800928, 0xd4000001, 0x17fffff9], // mov x8, #73 (ppoll); svc; b to the first mov
      ...[0xd2800000, 0xd2800ba8, 0xd4000001], // mov x0, #0; mov x8, #93 (exit); svc
    ),
  },
};

function words(...instructions: readonly number[]): Buffer {
  const code = Buffer.alloc(instructions.length * 4);
  instructions.forEach((word, at) => code.writeUInt32LE(word, at * 4));
  return code;
}

const HEADERS = 64 + 56;
const BASE = 0x400000n;

/** The program for this machine's processor, as an ELF file. */
export function waitingProgram(): Buffer {
  const made = CODE[process.arch];
  if (made === undefined) throw new Error(`no program for ${process.arch}`);
  const size = HEADERS + made.code.length;
  const header = Buffer.alloc(HEADERS);
  header.write("\x7fELF\x02\x01\x01", "latin1");
  header.writeUInt16LE(2, 16); // an executable
  header.writeUInt16LE(made.machine, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BASE + BigInt(HEADERS), 24); // its entry
  header.writeBigUInt64LE(64n, 32); // where the program header stands
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64); // one segment to load
  header.writeUInt32LE(5, 68); // readable, executable
  header.writeBigUInt64LE(BASE, 80);
  header.writeBigUInt64LE(BASE, 88);
  header.writeBigUInt64LE(BigInt(size), 96);
  header.writeBigUInt64LE(BigInt(size), 104);
  header.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([header, made.code]);
}

/** `os/arch` that the program is for. */
export const PLATFORM = process.arch === "arm64" ? "linux/arm64" : "linux/amd64";

/** A project of one service `app`, which is replaced in place and publishes no port. */
export function tinyProject(text: string): Readonly<Record<string, string>> {
  return {
    "docker-compose.prod.yml": COMPOSE_FILE,
    "app/Dockerfile": 'FROM scratch\nCOPY app text /\nCMD ["/app"]\n',
    "app/text": `${text}\n`,
  };
}

const COMPOSE_FILE = `services:
  app:
    build: app
    image: "\${DOCKER_REGISTRY}/app:\${VERSION}"
    stop_signal: SIGKILL
    healthcheck:
      test: ["CMD", "/app", "health"]
      interval: 1s
`;
