{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.lean;
  ipv4 = import ./ipv4.nix lib;
  inherit (import ./facts.nix { inherit config lib; }) network identityPath;

  # A path literal becomes the string it is written as: else the file would be copied into the store without a word.
  hostPath = types.coercedTo types.path toString types.str;

  proxy.options = {
    domain = mkOption {
      type = types.str;
      example = "www.example.org";
      description = "Public name, alone: no scheme, no port, no path. Caddy gets its certificate.";
    };
    port = mkOption {
      type = types.ints.between 1 65535;
      example = 8080;
      description = "Port in the container that requests are passed on to. The container's firewall opens it, alone.";
    };
  };

  container =
    { name, config, ... }:
    {
      options = {
        enable = mkOption {
          type = types.bool;
          default = true;
          description = "Whether the container runs. One that does not costs nothing, not even its evaluation.";
        };

        id = mkOption {
          type = types.nullOr (types.ints.between 2 254);
          default = null;
          example = 10;
          description = "Last octet of the container's address. It belongs to this container alone, enabled or not.";
        };

        address = mkOption {
          type = types.str;
          readOnly = true;
          default = ipv4.show (network.first + config.id);
          defaultText = lib.literalMD "address number {option}`id` of {option}`lean.bridge.prefix`";
          description = "Address of the container on the bridge. The host also knows it as `<name>.containers`.";
        };

        module = mkOption {
          type = types.nullOr types.deferredModule;
          default = null;
          example = lib.literalExpression "../../containers/web.nix";
          description = ''
            NixOS configuration of the container. Its modules get the special arguments of the host's modules, and
            `container`: an attribute set with `name`, `address` and `proxy` (`domain` and `port`, or null) as set here.
          '';
        };

        proxy = mkOption {
          type = types.nullOr (types.submodule proxy);
          default = null;
          description = ''
            What Caddy passes on to the container; null for a container without visitors. More directives for the
            site go to {option}`services.caddy.virtualHosts.<domain>.extraConfig`, next to these.
          '';
        };

        identity = mkOption {
          type = types.nullOr hostPath;
          default = cfg.identity;
          defaultText = lib.literalExpression "config.lean.identity";
          example = "/persistent/containers/web/ssh_host_ed25519_key";
          description = ''
            SSH key on the host, mounted read-only at `${identityPath}` in the container, with which sops-nix decrypts
            the container's secrets there; null for a container that sees no key.

            The default is shared: it is the host's own SSH key. That is one key to look after, and this is what it
            costs: root in any container reads it, and with it every secret encrypted to the host or to another
            container, those in old commits included, and can pose as this host to whoever connects to it. Read-only
            keeps accidents away from it, not root: without user namespaces, root in a container is root.
            A key of the container's own confines that to its own secrets, {option}`credentials` with no key at all to
            the secrets it is handed; with these, `containers.<name>.privateUsers = "pick"` keeps root in as well.
          '';
        };

        credentials = mkOption {
          type = types.attrsOf hostPath;
          default = { };
          example = lib.literalExpression "{ token = config.sops.secrets.web-token.path; }";
          description = ''
            Files of the host that the container's services get as systemd credentials, by name: the host decrypts,
            the container needs no key ({option}`identity` = null). A service takes one with
            `serviceConfig.ImportCredential = "token"` and finds it at `/run/credentials/<unit>/token`. They are read
            when the container starts, and it does not start without them; for a secret of the host's sops-nix, set
            its `restartUnits` to `[ "container@<name>.service" ]`.
          '';
        };

        secrets = mkOption {
          type = types.nullOr types.path;
          default = if cfg.secretsDirectory == null then null else cfg.secretsDirectory + "/${name}.yaml";
          defaultText = lib.literalExpression ''config.lean.secretsDirectory + "/<name>.yaml"'';
          description = ''
            File, made with sops, that the secrets which the container names in its own `lean.secrets` are decrypted
            from. It may be missing: then the services that need it wait, and a warning says so.
          '';
        };
      };
    };
in
{
  options.lean = {
    identity = mkOption {
      type = hostPath;
      default = "/persistent/etc/ssh/ssh_host_ed25519_key";
      description = ''
        SSH key on the host that containers decrypt their secrets with, unless one has its own
        ({option}`lean.containers.<name>.identity`, which says what sharing it costs).
      '';
    };

    secretsDirectory = mkOption {
      type = types.nullOr types.path;
      default = null;
      example = lib.literalExpression "../../secrets";
      description = "Directory of the containers' sops files, one for each, called `<name>.yaml`.";
    };

    containers = mkOption {
      type = types.attrsOf (types.submodule container);
      default = { };
      example = lib.literalExpression ''
        {
          web.id = 10;
          web.module = ../../containers/web.nix;
          web.proxy.domain = "www.example.org";
          web.proxy.port = 8080;
        }
      '';
      description = ''
        Services, each in a NixOS container of its own. The name is also the container's host name: lower-case letters,
        digits and hyphens. What has no option here is set in {option}`containers.<name>`, next to what this module sets
        there: more bind mounts, devices, `ephemeral`.
      '';
    };
  };
}
