// The life of a container by dockerode 1.2.5 (callbacks) or 4 (the same calls still take callbacks).
// Arguments: port, certificates' folder, tar of a build context, API version or "". Prints one JSON object.
'use strict';

const fs = require('fs');
const stream = require('stream');
const Docker = require('dockerode');

const [port, folder, context, version] = process.argv.slice(2);
const old = !Docker.prototype.createVolume;
const options = {
  protocol: 'https',
  host: 'localhost',
  port: Number(port),
  ca: fs.readFileSync(folder + '/ca.pem'),
  cert: fs.readFileSync(folder + '/cert.pem'),
  key: fs.readFileSync(folder + '/key.pem'),
};
if (version) options.version = version;
const docker = new Docker(options);
const seen = {};

function call(object, method, ...args) {
  return new Promise((resolve, reject) =>
    object[method](...args, (error, data) => {
      if (error) error.message = `${method}: ${error.message}`;
      return error ? reject(error) : resolve(data);
    }));
}

function see(step, value) {
  seen[step] = value;
  process.stderr.write(step + '\n');
}

// All of a stream, as text.
function all(source) {
  return new Promise((resolve, reject) => {
    const parts = [];
    source.on('data', (part) => parts.push(Buffer.from(part)));
    source.on('end', () => resolve(Buffer.concat(parts)));
    source.on('error', reject);
  });
}

// A multiplexed stream, taken apart by dockerode itself.
function apart(source) {
  const sinks = ['', ''];
  const writers = sinks.map((_, i) => {
    const writer = new stream.PassThrough();
    writer.on('data', (part) => { sinks[i] += part; });
    return writer;
  });
  docker.modem.demuxStream(source, writers[0], writers[1]);
  return new Promise((resolve, reject) => {
    source.on('end', () => setImmediate(() => resolve(sinks)));
    source.on('error', reject);
  });
}

async function main() {
  see('version', (await call(docker, 'version')).ApiVersion);
  if (!old) see('ping', String(await call(docker, 'ping')));
  const name = 'dockerode-' + (old ? 'old' : 'new');
  const events = await call(docker, 'getEvents', {});
  const happened = [];
  const died = new Promise((resolve) => {
    let rest = '';
    events.on('data', (data) => {
      const lines = (rest + data).split('\n');
      rest = lines.pop();
      for (const line of lines.filter((text) => text.trim())) {
        const event = JSON.parse(line);
        if (event.Actor && event.Actor.Attributes && event.Actor.Attributes.name !== name) continue;
        if (event.Type && event.Type !== 'container') continue;
        happened.push(event.status.split(':')[0]);
        if (event.status === 'die') resolve();
      }
    });
  });

  const container = await call(docker, 'createContainer', {
    name,
    Image: 'busybox:latest',
    Cmd: ['sh', '-c', (old ? 'echo hi' : 'cat') + '; sleep 0.2; echo late; sleep 0.2; echo err >&2; exit 3'],
    OpenStdin: !old, StdinOnce: !old, AttachStdin: !old, AttachStdout: true, AttachStderr: true,
  });
  // 1.2.5 knows no upgrade and cannot end its input.
  const ways = { stream: true, stdin: !old, stdout: true, stderr: true, hijack: !old };
  const attached = await call(container, 'attach', ways);
  const output = apart(attached);
  await call(container, 'start');
  if (!old) attached.end('hi\n');
  see('wait', (await call(container, 'wait')).StatusCode);
  see('attach', await output);
  await died;
  events.destroy();
  see('events', happened);
  see('commit', Boolean((await call(container, 'commit', { repo: 'rode', tag: 'one' })).Id));
  if (!old) {
    const logs = await call(container, 'logs', { stdout: true, stderr: true, follow: true });
    see('logs', await apart(logs));
    await call(docker.getImage('rode:one'), 'tag', { repo: 'rode', tag: 'two' });
  }
  see('images', (await call(docker, 'listImages', {}))
    .flatMap((image) => image.RepoTags || []).filter((tag) => /^rode/.test(tag)).sort());

  const running = await call(docker, 'createContainer', {
    Image: 'busybox:latest', Cmd: ['sleep', '3600'],
  });
  await call(running, 'start');
  if (!old) {
    const exec = await call(running, 'exec', {
      Cmd: ['sh', '-c', 'echo eo; sleep 0.1; echo ee >&2; exit 4'],
      AttachStdout: true, AttachStderr: true,
    });
    see('exec', await apart(await call(exec, 'start', {})));
    see('exec code', (await call(exec, 'inspect')).ExitCode);
    const talk = await call(running, 'exec', {
      Cmd: ['sh', '-c', 'cat; echo late'], AttachStdin: true, AttachStdout: true,
    });
    const both = await call(talk, 'start', { hijack: true, stdin: true });
    const said = apart(both);
    both.end('in\n');
    see('exec input', await said);
    const stats = await call(running, 'stats', { stream: false });
    see('stats', 'memory_stats' in stats);
    const archive = await call(running, 'getArchive', { path: '/etc/passwd' });
    see('archive', (await all(archive)).includes('root:x:0:0'));
  } else {
    const copied = await call(running, 'copy', { Resource: '/etc/passwd' });
    see('archive', (await all(copied)).includes('root:x:0:0'));
  }
  see('top', (await call(running, 'top')).Processes.map((process) => process.at(-1)));
  see('inspect', (await call(running, 'inspect')).State.Running);
  see('export', (await all(await call(running, 'export'))).length > 1000000);
  await call(running, 'kill');
  await call(running, 'remove');

  const built = await call(docker, 'buildImage', context, { t: 'rode:built' });
  see('build', (await all(built)).toString().includes('Successfully built'));
  if (!old) {
    const saved = await all(await call(docker.getImage('rode:built'), 'get'));
    await call(docker.getImage('rode:built'), 'remove', { force: true });
    await all(await call(docker, 'loadImage', stream.Readable.from([saved])));
    see('saved', saved.length > 1000000);
  }
  await call(docker.getImage('rode:built'), 'remove');
  await call(container, 'remove');
  await call(docker.getImage('rode:one'), 'remove');
  if (!old) await call(docker.getImage('rode:two'), 'remove');
  try {
    await call(docker.getContainer('life-nothing'), 'inspect');
  } catch (error) {
    see('error', [error.statusCode, String(error.reason)]);
  }
  process.stdout.write(JSON.stringify(seen));
  process.exit(0);
}

main().catch((error) => {
  process.stderr.write(String(error.stack || error));
  process.exit(1);
});
