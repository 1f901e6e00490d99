# What a container reaches, what reaches it, and how its secrets come to it.
{ self, ... }:
{
  name = "containers";

  # All that is not the server: a web server, the one DNS server there is, and the cloud's metadata service.
  nodes.outside =
    { config, pkgs, ... }:
    {
      services.static-web-server = {
        enable = true;
        listen = "[::]:80";
        root = pkgs.writeTextDir "index.html" "This is outside.";
      };
      services.dnsmasq = {
        enable = true;
        settings.address = "/example.org/${config.networking.primaryIPAddress}";
      };
      networking.firewall = {
        allowedTCPPorts = [ 80 ];
        allowedUDPPorts = [ 53 ];
      };
    };

  nodes.server =
    {
      lib,
      nodes,
      pkgs,
      ...
    }:
    let
      # A server's key, and a secret that was encrypted for it. Made for this test, so they may lie in the store.
      made =
        pkgs.runCommand "made-keys"
          {
            nativeBuildInputs = [
              pkgs.openssh
              pkgs.sops
              pkgs.ssh-to-age
            ];
          }
          ''
            mkdir $out
            export HOME=$TMPDIR
            ssh-keygen -q -t ed25519 -N "" -C server -f $out/key
            echo 'greeting: decrypted inside' >plain.yaml
            sops --encrypt --age "$(ssh-to-age -i $out/key.pub)" plain.yaml >$out/secrets.yaml
          '';
      key = "/persistent/etc/ssh/ssh_host_ed25519_key";
      neighbor = {
        systemd.services.neighbor = {
          description = "A port that nobody opened";
          wantedBy = [ "multi-user.target" ];
          serviceConfig.ExecStart = "${pkgs.python3}/bin/python3 -m http.server 9090";
        };
      };
    in
    {
      imports = [ self.nixosModules.containers ];

      services.openssh = {
        enable = true;
        hostKeys = [
          {
            path = key;
            type = "ed25519";
          }
        ];
      };
      systemd.tmpfiles.rules = [
        "d /persistent/etc/ssh 0755"
        "C ${key} 0600 root root - ${made}/key"
        "C ${key}.pub 0644 root root - ${made}/key.pub"
        "f /run/handed 0400 root root - handed over"
      ];
      # No authority gives out certificates here.
      services.caddy.globalConfig = "local_certs";

      lean.bridge.nameservers = [ nodes.outside.networking.primaryIPAddress ];
      lean.containers = {
        web = {
          id = 10;
          proxy.domain = "test.example.org";
          proxy.port = 8080;
          secrets = "${made}/secrets.yaml";
          module = {
            imports = [
              ../../containers/test-container.nix
              neighbor
            ];
            # The file is only there once it is built.
            sops.validateSopsFiles = false;
            lean.secrets.greeting.services = [ "greeter" ];
            systemd.services.greeter = {
              wantedBy = [ "multi-user.target" ];
              serviceConfig.Type = "oneshot";
              serviceConfig.RemainAfterExit = true;
              script = "cp /run/secrets/greeting /run/greeted";
            };
          };
        };
        keyless = {
          id = 11;
          identity = null;
          credentials.token = "/run/handed";
          module.systemd.services.taker = {
            wantedBy = [ "multi-user.target" ];
            serviceConfig = {
              Type = "oneshot";
              RemainAfterExit = true;
              ImportCredential = "token";
            };
            script = "cp /run/credentials/taker.service/token /run/taken";
          };
        };
        # As a fresh clone has it: a service, and no file with its secret.
        waiting = {
          id = 12;
          secrets = ./no-such-secrets.yaml;
          module = {
            lean.secrets.token.services = [ "bot" ];
            # It is meant to be missing.
            warnings = lib.mkForce [ ];
            systemd.services.bot = {
              wantedBy = [ "multi-user.target" ];
              script = "sleep infinity";
            };
          };
        };
      };

      virtualisation.memorySize = 2048;
      virtualisation.cores = 2;
    };

  testScript =
    { nodes, ... }:
    ''
      OUTSIDE = "${nodes.outside.networking.primaryIPAddress}"
      SERVER = "${nodes.server.networking.primaryIPAddress}"
    ''
    + builtins.readFile ./containers.py;
}
