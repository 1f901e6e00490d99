# The sites Caddy passes on, each from the facts of its container.
{ config, lib, ... }:
let
  facts = import ./facts.nix { inherit config lib; };
  inherit (facts) listed proxied quoted;

  label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  isDomain =
    domain:
    builtins.match "([*][.])?(${label}[.])*${label}" domain != null && lib.stringLength domain <= 253;
  domainOf = container: lib.toLower container.proxy.domain;

  # Sites under another name that answer for the same domain: Caddy refuses to start with both.
  hostOf =
    address: lib.removeSuffix ":443" (lib.removePrefix "https://" (lib.toLower (lib.trim address)));
  addressesOf = site: lib.concatMap (lib.splitString ",") ([ site.hostName ] ++ site.serverAliases);
  answersFor =
    domain: name: site:
    lib.elem domain (map hostOf (addressesOf site)) && name != domain;
  rivals =
    container:
    lib.attrNames (
      lib.filterAttrs (answersFor (domainOf container)) config.services.caddy.virtualHosts
    );

  site = container: {
    # A container that restarts keeps its visitors waiting instead of sending them away.
    extraConfig = ''
      reverse_proxy ${container.address}:${toString container.proxy.port} {
        lb_try_duration 10s
      }
    '';
  };
in
{
  config = lib.mkIf (proxied != { }) {
    services.caddy = {
      enable = true;
      openFirewall = true;
      virtualHosts = lib.mapAttrs' (
        _: container: lib.nameValuePair (domainOf container) (site container)
      ) proxied;
    };

    assertions =
      lib.mapAttrsToList (name: container: {
        assertion = isDomain container.proxy.domain;
        message =
          "lean.containers.${name}.proxy.domain is ${quoted container.proxy.domain}, which is no host name."
          + " Write the name alone, like www.example.org: no scheme, no port, no path.";
      }) proxied
      ++ lib.mapAttrsToList (domain: names: {
        assertion = false;
        message =
          "lean.containers: ${listed names} are both to be reached as ${domain}."
          + " Give each a proxy.domain of its own, or disable all but one.";
      }) (facts.shared domainOf proxied)
      ++ lib.concatLists (
        lib.mapAttrsToList (
          name: container:
          map (rival: {
            assertion = false;
            message =
              "services.caddy.virtualHosts.${quoted rival} answers for ${domainOf container}, which is the domain of"
              + " lean.containers.${name}. Put its directives into"
              + " services.caddy.virtualHosts.${quoted (domainOf container)}, or give one of them another domain.";
          }) (rivals container)
        ) proxied
      );
  };
}
