{
  services.vps-deploy = {
    resolve = "recorded";
    recordedSigners = ./allowed_signers;
    substituters = [ "https://cache.example.org" ];
    trustedPublicKeys = [ "cache.example.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=" ];
  };
}
